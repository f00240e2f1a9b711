package dev.jangbu.api.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.database.PaymentsDatabase;
import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.Deserializer;
import tools.jackson.databind.JsonNode;

/**
 * The invariants of a payment without a running operation: the PSP's charges, the API, the outbox and the history
 * agree.
 */
public final class PaymentInvariants {

    private static final Set<String> OPEN = Set.of("ACCEPTED", "EXECUTING", "UNKNOWN");
    private static final Set<String> SETTLED = Set.of("APPROVED", "COMPLETED");

    private static final Map<String, Set<String>> TRANSITIONS = Map.of(
            "", Set.of("READY"),
            "READY", Set.of("ACCEPTED", "EXECUTING", "CANCELED", "EXPIRED"),
            "ACCEPTED", Set.of("EXECUTING", "CANCELED", "EXPIRED"),
            "EXECUTING", Set.of("APPROVED", "DECLINED", "UNKNOWN", "REVIEW"),
            "UNKNOWN", Set.of("APPROVED", "DECLINED", "REVIEW"),
            "REVIEW", Set.of("APPROVED", "DECLINED"),
            "APPROVED", Set.of("COMPLETED"));

    private final Client client;
    private final PaymentsDatabase database;
    /** Shared, because it reads the schema from the registry. */
    private static final Deserializer<SettlementRequested> REQUESTS =
            new AvroSerdes(Testbed.registry()).warm(Topics.SETTLEMENT_REQUESTS).deserializer();

    public PaymentInvariants(Client client, PaymentsDatabase database) {
        this.client = client;
        this.database = database;
    }

    /** The invariants of payments of the shared instance. */
    public static PaymentInvariants ofMainInstance() {
        return new PaymentInvariants(Testbed.client(), Testbed.database());
    }

    /** Waits until neither the payment nor a refund of it is running, then verifies; returns the payment. */
    public JsonNode verify(TestOrder order, String payment) {
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> {
                    JsonNode open = payment(payment);
                    assertThat(OPEN)
                            .as("%s", open)
                            .doesNotContain(open.get("status").asString());
                    assertThat(refunds(payment))
                            .as("refunds of %s", open)
                            .noneMatch(
                                    refund -> OPEN.contains(refund.get("status").asString()));
                });
        JsonNode found = payment(payment);
        List<JsonNode> refunds = refunds(payment);
        verifyCharges(order, found, refunds);
        verifyLines(found, refunds);
        verifyOutbox(order, found, refunds);
        verifyHistory(payment, found);
        return found;
    }

    private void verifyCharges(TestOrder order, JsonNode payment, List<JsonNode> refunds) {
        List<PspCharges.Charge> charges = PspCharges.matching(order.tag());
        String status = payment.get("status").asString();
        if (status.equals("REVIEW")) {
            assertThat(charges).as("%s", payment).hasSizeLessThanOrEqualTo(1);
        } else if (!SETTLED.contains(status)) {
            assertThat(charges).as("%s", payment).isEmpty();
        } else {
            assertThat(charges).as("%s", payment).hasSize(1);
            PspCharges.Charge charge = charges.getFirst();
            assertThat(charge.paymentKey()).isEqualTo(payment.get("paymentKey").asString());
            assertThat(charge.amount()).isEqualTo(payment.get("amount").longValue());
            assertThat(charge.currency()).isEqualTo(payment.get("currency").asString());
            if (refunds.stream()
                    .noneMatch(refund -> refund.get("status").asString().equals("REVIEW"))) {
                assertThat(charge.cancelled())
                        .as("refunded at the PSP of %s", payment)
                        .isEqualTo(payment.get("refundedAmount").longValue() + foreignCancels(payment));
            }
        }
    }

    private static long foreignCancels(JsonNode payment) {
        return payment.get("foreignCancels")
                .valueStream()
                .mapToLong(cancel -> cancel.get("amount").longValue())
                .sum();
    }

    private static void verifyLines(JsonNode payment, List<JsonNode> refunds) {
        Map<String, Long> byLine = new TreeMap<>();
        long total = 0;
        for (JsonNode refund : refunds) {
            if (SETTLED.contains(refund.get("status").asString())) {
                long sum = 0;
                for (JsonNode line : refund.get("lines")) {
                    byLine.merge(
                            line.get("lineId").asString(), line.get("amount").longValue(), Math::addExact);
                    sum += line.get("amount").longValue();
                }
                assertThat(sum).isEqualTo(refund.get("amount").longValue());
                total += sum;
            }
        }
        assertThat(payment.get("refundedAmount").longValue()).as("%s", payment).isEqualTo(total);
        for (JsonNode line : payment.get("lines")) {
            long refunded = byLine.getOrDefault(line.get("lineId").asString(), 0L);
            assertThat(line.get("refundedAmount").longValue()).as("%s", payment).isEqualTo(refunded);
            assertThat(refunded).isLessThanOrEqualTo(line.get("amount").longValue());
        }
        long amount = payment.get("amount").longValue();
        assertThat(payment.get("refundStatus").asString())
                .isEqualTo(total == 0 ? "NONE" : total < amount ? "PARTIAL" : "FULL");
    }

    private void verifyOutbox(TestOrder order, JsonNode payment, List<JsonNode> refunds) {
        List<String> expected = new ArrayList<>();
        if (SETTLED.contains(payment.get("status").asString())) {
            for (JsonNode line : payment.get("lines")) {
                expected.add(entry(
                        SettlementKind.PAYMENT, payment, payment.get("lines").size(), payment, line));
            }
        }
        for (JsonNode refund : refunds) {
            if (SETTLED.contains(refund.get("status").asString())) {
                for (JsonNode line : refund.get("lines")) {
                    expected.add(entry(
                            SettlementKind.REFUND, refund, refund.get("lines").size(), payment, line));
                }
            }
        }
        assertThat(outbox(order).stream().map(PaymentInvariants::entry))
                .as("outbox of %s", payment)
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    private static String entry(SettlementKind kind, JsonNode reference, int parts, JsonNode payment, JsonNode line) {
        return String.join(
                " ",
                kind.name(),
                reference.get("id").asString(),
                Integer.toString(parts),
                line.get("lineId").asString(),
                seller(payment, line) + ":" + payment.get("currency").asString(),
                line.get("amount").asString(),
                line.get("fee").asString(),
                payment.get("orderId").asString(),
                payment.get("psp").asString());
    }

    private static String entry(SettlementRequested request) {
        assertThat(request.getWalletId()).isEqualTo(request.getSellerId() + ":" + request.getCurrency());
        return String.join(
                " ",
                request.getKind().name(),
                request.getReferenceId(),
                Integer.toString(request.getReferenceParts()),
                request.getLineId(),
                request.getWalletId(),
                Long.toString(request.getAmount()),
                Long.toString(request.getFee()),
                request.getOrderId(),
                request.getPsp());
    }

    private static String seller(JsonNode payment, JsonNode line) {
        for (JsonNode candidate : payment.get("lines")) {
            if (candidate.get("lineId").equals(line.get("lineId"))) {
                return candidate.get("sellerId").asString();
            }
        }
        throw new AssertionError("No line " + line + " in " + payment);
    }

    /** The outbox rows for the sellers of this order, oldest first. */
    public List<SettlementRequested> outbox(TestOrder order) {
        List<SettlementRequested> rows = new ArrayList<>();
        try (Connection connection = database.as("jangbu_audit");
                PreparedStatement select = connection.prepareStatement(
                        "SELECT id::text, aggregateid, payload FROM outbox WHERE aggregateid LIKE ? ORDER BY id")) {
            select.setString(1, "%" + order.tag() + "%");
            ResultSet found = select.executeQuery();
            while (found.next()) {
                SettlementRequested request =
                        REQUESTS.deserialize(Topics.SETTLEMENT_REQUESTS.name(), found.getBytes("payload"));
                assertThat(request.getSettlementId()).isEqualTo(found.getString("id"));
                assertThat(request.getWalletId()).isEqualTo(found.getString("aggregateid"));
                rows.add(request);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return rows;
    }

    private void verifyHistory(String id, JsonNode payment) {
        String before = "";
        long version = 0;
        try (Connection connection = database.as("jangbu_audit");
                PreparedStatement select = connection.prepareStatement(
                        "SELECT from_status, to_status, version FROM history WHERE resource_id = ?::uuid ORDER BY version")) {
            select.setString(1, id);
            ResultSet rows = select.executeQuery();
            while (rows.next()) {
                String from = rows.getString("from_status");
                String to = rows.getString("to_status");
                assertThat(from == null ? "" : from).isEqualTo(before);
                assertThat(TRANSITIONS.getOrDefault(before, Set.of())).contains(to);
                assertThat(rows.getLong("version")).isGreaterThan(version);
                version = rows.getLong("version");
                before = to;
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        assertThat(payment.get("status").asString()).isEqualTo(before);
    }

    private JsonNode payment(String id) {
        return client.get("/payments/" + id).is(200).json();
    }

    /** All refunds of a payment, from all pages. */
    public List<JsonNode> refunds(String payment) {
        List<JsonNode> all = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = client.get("/payments/" + payment + "/refunds?limit=100"
                            + (cursor.isEmpty() ? "" : "&cursor=" + cursor))
                    .is(200)
                    .json();
            page.get("data").forEach(all::add);
            cursor = page.get("nextCursor").asString("");
        } while (!cursor.isEmpty());
        return all;
    }
}
