package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.database.Bindings;
import dev.jangbu.api.http.Page;
import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Lists of payments: their contents page by page, and their index scans. */
class PaymentListTest {

    private static final int OLD_PAYMENTS = 20_000;
    private static final Client CLIENT = Testbed.client();

    /** Old payments of a hundred sellers, inserted without triggers, as from a backup. */
    private static final String OLD = """
            WITH paid AS (
                INSERT INTO payments (id, client_id, creation_key, generation, order_id, status, currency, amount, metadata,
                                      psp, payment_key, cause, version, created_at, expires_at, approved_at, completed_at)
                SELECT CAST(overlay(md5(n::text) placing '8' from 13) AS uuid), 'default', 'old-' || n, 0,
                       'old-order-' || n, CASE WHEN n %% 10 = 0 THEN 'DECLINED' ELSE 'COMPLETED' END, 'KRW', 1000, '{}',
                       'toss', 'old-key-' || n, 'completion', 4, at, at,
                       CASE WHEN n %% 10 <> 0 THEN at END, CASE WHEN n %% 10 <> 0 THEN at END
                  FROM generate_series(1, %d) AS n, LATERAL (SELECT to_timestamp(1735689600 + n) AS at) AS moment
                RETURNING id, order_id, created_at)
            INSERT INTO payment_lines (payment_id, line_no, line_id, seller_id, amount, fee, created_at)
            SELECT id, 1, '1', 'old-seller-' || substr(order_id, 11)::int %% 100, 1000, 0, created_at FROM paid
            """;

    @BeforeAll
    static void insertOldPayments() throws SQLException {
        try (Connection connection = Testbed.database().asSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            statement.execute(OLD.formatted(OLD_PAYMENTS));
            statement.execute("ANALYZE payments, payment_lines");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "status=COMPLETED",
                "status=REVIEW",
                "orderId=old-order-77",
                "sellerId=old-seller-7",
                "sellerId=old-seller-7 status=DECLINED",
                "from=2025-01-01T01:00:00Z to=2025-01-01T02:00:00Z",
                "status=COMPLETED from=2025-01-01T01:00:00Z to=2025-01-01T02:00:00Z",
                "sellerId=old-seller-7 from=2025-01-01T01:00:00Z"
            })
    void everyFilterUsesAnIndexWithCustomAndGenericPlans(String filters) throws SQLException {
        Map<String, String> filterValues = Stream.of(filters.split(" "))
                .filter(filter -> !filter.isEmpty())
                .map(filter -> filter.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        Bindings bindings = PaymentList.bindings(new Page("/v1/payments", 20, null, filterValues));
        List<String> names = List.copyOf(bindings.values().keySet());
        String prepared = bindings.applyTo(PaymentList.LIST);
        for (int i = 0; i < names.size(); i++) {
            prepared = prepared.replaceAll(":" + names.get(i) + "\\b", "\\$" + (i + 1));
        }
        String values = names.stream()
                .map(name -> "'" + bindings.values().get(name) + "'")
                .collect(Collectors.joining(", "));

        try (Connection connection = Testbed.database().as("jangbu_payment");
                Statement statement = connection.createStatement()) {
            // As the service's connections: see application.yaml.
            statement.execute("SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off");
            statement.execute("PREPARE list AS " + prepared);
            for (String mode : List.of("force_custom_plan", "force_generic_plan")) {
                statement.execute("SET plan_cache_mode = " + mode);
                StringBuilder plan = new StringBuilder();
                try (ResultSet lines = statement.executeQuery("EXPLAIN EXECUTE list(" + values + ")")) {
                    while (lines.next()) {
                        plan.append(lines.getString(1)).append('\n');
                    }
                }
                assertThat(plan.toString()).as(mode).contains("Index").doesNotContain("Seq Scan");
            }
        }
    }

    @Test
    void pagesAreNewestFirstWithoutGapsOrRepetitions() {
        List<String> orders = new ArrayList<>();
        String next = "/payments?sellerId=old-seller-42&limit=30";
        while (!next.isEmpty()) {
            Reply page = CLIENT.get(next).is(200);
            page.json()
                    .get("data")
                    .forEach(payment -> orders.add(payment.get("orderId").asString()));
            String cursor = page.get("nextCursor");
            String link = page.header("Link");
            assertThat(link.isEmpty()).isEqualTo(cursor.isEmpty());
            next = cursor.isEmpty() ? "" : link.substring("</v1".length(), link.indexOf('>'));
        }

        assertThat(orders).hasSize(OLD_PAYMENTS / 100).doesNotHaveDuplicates();
        assertThat(orders.getFirst()).isEqualTo("old-order-19942");
        assertThat(orders.getLast()).isEqualTo("old-order-42");
    }

    @Test
    void aPaymentCreatedBetweenTwoPagesNeitherHidesNorRepeatsOthers() {
        TestOrder one = new TestOrder(CLIENT);
        TestOrder two = new TestOrder(CLIENT);
        String seller = one.seller(1);
        create(one, seller);
        create(two, seller);
        Reply first = CLIENT.get("/payments?limit=1&sellerId=" + seller).is(200);
        create(new TestOrder(CLIENT), seller);

        JsonNode second = CLIENT.get("/payments?limit=1&sellerId=" + seller + "&cursor=" + first.get("nextCursor"))
                .is(200)
                .json()
                .get("data");

        assertThat(first.json().get("data").get(0).get("orderId").asString()).isEqualTo(two.orderId());
        assertThat(second.get(0).get("orderId").asString()).isEqualTo(one.orderId());
    }

    @Test
    void filtersAreCombined() {
        TestOrder order = new TestOrder(CLIENT);
        String id = order.create(1_000, 2_000).is(201).id();
        Instant created = Instant.parse(order.read(id).is(200).get("createdAt"));

        assertThat(found("orderId=" + order.orderId())).containsExactly(id);
        assertThat(found("sellerId=" + order.seller(2))).containsExactly(id);
        assertThat(found("sellerId=" + order.seller(2) + "&status=READY")).containsExactly(id);
        assertThat(found("sellerId=" + order.seller(2) + "&status=COMPLETED")).isEmpty();
        assertThat(found("orderId=" + order.orderId() + "&from=" + created)).containsExactly(id);
        assertThat(found("orderId=" + order.orderId() + "&to=" + created)).isEmpty();
        assertThat(found("orderId=" + order.orderId() + "&to=" + created.plusMillis(1)))
                .containsExactly(id);
        assertThat(found("orderId=" + order.orderId() + "&from=" + created.plusMillis(1)))
                .isEmpty();
    }

    @Test
    void timesMayHaveAnyOffsetAndAnyYearOfFourDigits() {
        TestOrder order = new TestOrder(CLIENT);
        String id = order.create(1_000).is(201).id();
        String query = "orderId=" + order.orderId();

        assertThat(found(query + "&from=2026-01-01T00:00:00%2B09:00")).containsExactly(id);
        assertThat(found(query + "&to=9999-12-31T23:59:59.999999999Z")).containsExactly(id);
        assertThat(found(query + "&to=9999-12-31T23:59:59-01:00")).containsExactly(id);
        assertThat(found(query + "&from=0001-01-01T00:00:00Z")).containsExactly(id);
        assertThat(found(query + "&from=9999-12-31T23:59:59-01:00")).isEmpty();
        assertThat(found(query + "&to=0001-01-01T00:00:00Z")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"from", "to"})
    void anUnencodedPlusIsNamedAsTheCause(String parameter) {
        Reply refused = CLIENT.get("/payments?" + parameter + "=2026-01-31T00:00:00+09:00")
                .problem(422, "invalid-field");

        assertThat(refused.get("detail")).startsWith(parameter).contains("%2B");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=%D9%A5",
                "limit=%2B5",
                "limit=0005",
                "from=%D9%A2%D9%A0%D9%A2%D9%A6-01-31T00:00:00Z",
                "to=%2B10000-01-01T00:00:00Z",
                "limit=0",
                "limit=101",
                "limit=ten",
                "limit=",
                "limit=1&limit=2",
                "cursor=nonsense",
                "cursor=AAAA",
                "status=DONE",
                "from=yesterday",
                "to=2026-13-01T00:00:00Z",
                "from=-1000000000-01-01T00:00:00Z",
                "colour=red"
            })
    void unknownFiltersAndInvalidValuesAreRefused(String query) {
        assertThat(CLIENT.get("/payments?" + query).is(422).get("code")).isEqualTo("invalid-field");
    }

    private static void create(TestOrder order, String seller) {
        CLIENT.post("/payments", order.creationOf("KRW", TestOrder.line(seller, 1_000, 0)))
                .is(201);
    }

    private static List<String> found(String query) {
        List<String> ids = new ArrayList<>();
        CLIENT.get("/payments?" + query)
                .is(200)
                .json()
                .get("data")
                .forEach(payment -> ids.add(payment.get("id").asString()));
        return ids;
    }
}
