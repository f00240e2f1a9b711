package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Reads of single payments, lists and histories. */
class PaymentReadsTest {

    private static final Pattern NEXT = Pattern.compile("<([^>]+)>; *rel=\"next\"");

    private final Client client = Testbed.client();
    private final TestOrder firstOrder = new TestOrder(client);

    /** Payments of one seller, oldest first. */
    private List<String> payments(int count) {
        return IntStream.range(0, count).mapToObj(i -> payment()).toList();
    }

    private String payment() {
        TestOrder order = new TestOrder(client);
        return client.post("/payments", order.creationOf("KRW", TestOrder.line(firstOrder.seller(1), 1_000, 0)))
                .is(201)
                .id();
    }

    @Test
    void newPaymentsDontDisturbThePagesOfAList() {
        List<String> before = payments(7);
        String path = "/payments?limit=3&sellerId=" + firstOrder.seller(1);
        List<String> seen = new ArrayList<>();
        Reply page = client.get(path).is(200);
        while (true) {
            seen.addAll(ids(page));
            payment();
            if (page.json().get("nextCursor").isNull()) {
                assertThat(page.header("Link")).isEmpty();
                break;
            }
            Matcher next = NEXT.matcher(page.header("Link"));
            assertThat(next.matches()).as("%s", page).isTrue();
            Reply followed =
                    client.get(next.group(1).replaceFirst("^.*/v1", "")).is(200);
            Reply byCursor = client.get(
                            path + "&cursor=" + URLEncoder.encode(page.get("nextCursor"), StandardCharsets.UTF_8))
                    .is(200);
            assertThat(ids(followed)).isEqualTo(ids(byCursor));
            page = followed;
        }

        assertThat(seen).containsExactlyElementsOf(before.reversed());
    }

    @Test
    void eachFilterFindsItsPayments() {
        // createdAt has whole milliseconds, so it may be a fraction of a millisecond before now.
        Instant start = Instant.now().minusMillis(1);
        List<String> all = payments(3);
        TestOrder paid = new TestOrder(client);
        String approved = paid.create(1_000).is(201).id();
        paid.confirm(approved, 1_000).is(200);

        String seller = "sellerId=" + firstOrder.seller(1);
        assertThat(ids(client.get("/payments?" + seller))).containsExactlyElementsOf(all.reversed());
        assertThat(ids(client.get("/payments?" + seller + "&status=READY"))).containsExactlyElementsOf(all.reversed());
        assertThat(ids(client.get("/payments?" + seller + "&status=APPROVED"))).isEmpty();
        assertThat(ids(client.get("/payments?orderId=" + paid.orderId()))).containsExactly(approved);
        assertThat(ids(client.get("/payments?status=APPROVED&limit=100"))).contains(approved);
        assertThat(ids(client.get("/payments?" + seller + "&from=" + start))).hasSize(3);
        assertThat(ids(client.get("/payments?" + seller + "&to=" + start))).isEmpty();
        assertThat(ids(client.get("/payments?" + seller + "&from=" + start + "&to=" + start.plusSeconds(3_600))))
                .hasSize(3);
        assertThat(ids(client.get("/payments?sellerId=unknown-seller"))).isEmpty();
        Reply some = client.get("/payments").is(200);
        assertThat(some.json().get("data")).hasSizeLessThanOrEqualTo(20);
        JsonNode listed = client.get("/payments?orderId=" + paid.orderId())
                .json()
                .get("data")
                .get(0);
        assertThat(listed).isEqualTo(paid.read(approved).json());
    }

    @Test
    void theHistoryHasEachTransition() {
        String id = firstOrder.create(1_000).is(201).id();
        firstOrder.confirm(id, 1_000).is(200);

        List<JsonNode> history = new ArrayList<>();
        client.get("/payments/" + id + "/history").is(200).json().get("data").forEach(history::add);

        assertThat(history.stream().map(step -> step.get("to").asString()))
                .containsExactlyInAnyOrder("READY", "EXECUTING", "APPROVED");
        JsonNode last = history.stream()
                .filter(step -> step.get("to").asString().equals("APPROVED"))
                .findFirst()
                .orElseThrow();
        assertThat(last.get("from").asString()).isEqualTo("EXECUTING");
        assertThat(last.get("cause").asString()).isEqualTo("confirm");
        assertThat(last.get("version").longValue())
                .isEqualTo(firstOrder.read(id).number("version"));
        assertThat(Instant.parse(last.get("at").asString()))
                .isBefore(Instant.now().plusSeconds(60));
        client.get("/payments/" + UUID.randomUUID() + "/history").problem(404, "not-found");
    }

    @Test
    void theETagIsThePaymentsVersion() {
        String id = firstOrder.create(1_000).is(201).id();
        Reply before = firstOrder.read(id).is(200);
        firstOrder.confirm(id, 1_000).is(200);
        Reply after = firstOrder.read(id).is(200);

        assertThat(before.header("ETag")).isEqualTo("\"" + before.number("version") + "\"");
        assertThat(after.header("ETag")).isEqualTo("\"" + after.number("version") + "\"");
        assertThat(after.number("version")).isGreaterThan(before.number("version"));
    }

    private static List<String> ids(Reply list) {
        List<String> ids = new ArrayList<>();
        list.is(200)
                .json()
                .get("data")
                .forEach(payment -> ids.add(payment.get("id").asString()));
        return ids;
    }
}
