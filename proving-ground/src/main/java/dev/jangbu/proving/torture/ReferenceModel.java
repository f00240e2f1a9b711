package dev.jangbu.proving.torture;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.audit.Violations;
import dev.jangbu.proving.stack.Await;
import dev.jangbu.proving.stack.PspSimulatorClient;
import dev.jangbu.proving.torture.OrderHistory.Event;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The expected state of all orders, payouts and wallets, computed from the answers alone and compared with the stack:
 * acknowledged successes are durable (invariant 2), nothing is settled without the PSP's approval, wallets have the
 * expected balances.
 */
final class ReferenceModel {

    private static final Duration STALL_TIMEOUT = Duration.ofMinutes(4);
    private static final Duration RETRY_DELAY = Duration.ofMillis(200);
    private static final Set<String> PAYMENT_ENDED = Set.of("READY", "COMPLETED", "DECLINED", "CANCELED", "EXPIRED");
    private static final Set<String> REFUND_ENDED = Set.of("COMPLETED", "FAILED");

    private final FlakyClient client;
    private final PspSimulatorClient psp;
    private final Violations violations;
    private final List<OrderHistory> histories = new ArrayList<>();
    private final List<Seller.Payout> payouts = new ArrayList<>();
    private final Map<String, FinalState> finalStates = new HashMap<>();
    private final Map<String, JsonNode> charges = new HashMap<>();

    /** The final state of an order. */
    private record FinalState(JsonNode payment, List<JsonNode> refunds) {

        boolean isReached() {
            return PAYMENT_ENDED.contains(status(payment))
                    && refunds.stream().allMatch(refund -> REFUND_ENDED.contains(status(refund)));
        }

        boolean isCompleted() {
            return status(payment).equals("COMPLETED");
        }

        List<JsonNode> completedRefunds() {
            return refunds.stream()
                    .filter(refund -> status(refund).equals("COMPLETED"))
                    .toList();
        }
    }

    ReferenceModel(FlakyClient client, PspSimulatorClient psp, Violations violations) {
        this.client = client;
        this.psp = psp;
        this.violations = violations;
    }

    synchronized void add(OrderHistory history) {
        histories.add(history);
    }

    synchronized void add(Seller.Payout payout) {
        payouts.add(payout);
    }

    /**
     * Waits until every order has ended; resolves reviews as an operator would. Gives up if no order ends for {@link
     * #STALL_TIMEOUT}.
     */
    void settle() throws IOException, InterruptedException {
        readCharges();
        long lastProgress = System.nanoTime();
        List<OrderHistory> open = List.copyOf(histories);
        while (!open.isEmpty()) {
            int before = open.size();
            open = readEach(open);
            if (open.size() < before) {
                lastProgress = System.nanoTime();
            } else if (System.nanoTime() - lastProgress > STALL_TIMEOUT.toNanos()) {
                for (OrderHistory history : open) {
                    violations.add("order %s has not ended: %s", history.order().orderId(), read(history));
                }
                return;
            }
            Thread.sleep(Duration.ofMillis(open.isEmpty() ? 0 : 250));
        }
    }

    /** Reads these orders and resolves their reviews; returns those that have not ended. */
    private List<OrderHistory> readEach(List<OrderHistory> orders) throws InterruptedException {
        List<OrderHistory> open = new ArrayList<>();
        for (OrderHistory history : orders) {
            FinalState end = read(history);
            finalStates.put(history.paymentId(), end);
            if (!end.isReached()) {
                review(history, end);
                open.add(history);
            }
        }
        return open;
    }

    /** Compares all acknowledged answers with the stack. */
    void check() throws IOException, InterruptedException {
        readCharges();
        Map<String, Long> wallets = new TreeMap<>();
        for (OrderHistory history : histories) {
            FinalState end = finalStates.get(history.paymentId());
            if (end == null) {
                continue;
            }
            checkPayment(history, end);
            checkRefunds(history, end);
            checkCharge(history, end);
            if (end.isCompleted()) {
                addToWallets(history, end, wallets);
            }
        }
        checkPayouts(wallets);
        for (Map.Entry<String, Long> wallet : wallets.entrySet()) {
            String path = "/wallets/" + wallet.getKey().replaceFirst(":", "?currency=");
            expect(
                    "wallet " + wallet.getKey(),
                    wallet.getValue(),
                    client.read(path).body().path("balance"));
        }
    }

    private FinalState read(OrderHistory history) throws InterruptedException {
        JsonNode payment = client.read("/payments/" + history.paymentId()).body();
        return new FinalState(payment, readAll("/payments/" + history.paymentId() + "/refunds?limit=100"));
    }

    private List<JsonNode> readAll(String path) throws InterruptedException {
        List<JsonNode> nodes = new ArrayList<>();
        String cursor = "";
        do {
            Response page = client.read(path + cursor);
            if (page.status() != 200) {
                violations.add("%s can't be read: %s", path, page);
                return nodes;
            }
            page.body().path("data").forEach(nodes::add);
            JsonNode next = page.body().path("nextCursor");
            cursor = next.isTextual() ? "&cursor=" + next.asText() : "";
        } while (!cursor.isEmpty());
        return nodes;
    }

    /** Resolves the reviews of a payment and its refunds while the load goes on. */
    synchronized void resolveReviews(String paymentId) throws InterruptedException {
        for (OrderHistory history : histories) {
            if (history.paymentId().equals(paymentId)) {
                Await.value("the PSP's charges", FlakyClient.TIMEOUT, RETRY_DELAY, () -> {
                    readCharges();
                    return true;
                });
                review(history, read(history));
            }
        }
    }

    /** Resolves reviews as an operator would: by the PSP's charges. */
    private void review(OrderHistory history, FinalState end) throws InterruptedException {
        JsonNode charge = charges.get(history.order().paymentKey());
        if (status(end.payment()).equals("REVIEW")) {
            resolve("/payments/" + history.paymentId(), charge == null ? "DECLINED" : "APPROVED");
        }
        for (JsonNode refund : end.refunds()) {
            if (status(refund).equals("REVIEW") && charge != null) {
                long refundedMinor = charge.path("cancelled").asLong()
                        - end.payment().path("refundedAmount").asLong();
                boolean refunded = refundedMinor == refund.path("amount").asLong();
                resolve("/refunds/" + id(refund), refunded ? "APPROVED" : "FAILED");
            }
        }
    }

    private void resolve(String resource, String outcome) throws InterruptedException {
        client.untilAnswered(new Call(
                Call.Kind.RESOLVE,
                resource + "/resolve",
                "resolve-" + resource.substring(resource.lastIndexOf('/') + 1),
                "{\"outcome\":\"%s\",\"evidence\":\"the PSP's charges\"}".formatted(outcome)));
    }

    private void checkPayment(OrderHistory history, FinalState end) {
        JsonNode status = end.payment().path("status");
        String what = "order " + history.order().orderId() + " (payment " + history.paymentId() + ")";
        if (history.has(Event.APPROVED)) {
            expect(what + " was approved", "COMPLETED", status);
        }
        if (history.has(Event.DECLINED)) {
            expect(what + " was declined", "DECLINED", status);
        }
        boolean fullyRefunded =
                end.isCompleted() && end.payment().path("refundStatus").asText().equals("FULL");
        boolean canceled = history.has(Event.CANCELED) || history.has(Event.REFUNDED);
        if (canceled && !status.asText().equals("CANCELED") && !fullyRefunded) {
            violations.add("%s was canceled, but is %s", what, end);
        }
        for (Order.Line line : history.order().lines()) {
            JsonNode actual = end.payment().path("lines").path(Integer.parseInt(line.lineId()) - 1);
            if (!actual.path("sellerId").asText().equals(line.sellerId())
                    || actual.path("amount").asLong() != line.amountMinor()
                    || actual.path("fee").asLong() != line.feeMinor()) {
                violations.add("%s: line %s is now %s", what, line, actual);
            }
        }
    }

    private void checkRefunds(OrderHistory history, FinalState end) {
        String order = "order " + history.order().orderId();
        Set<String> missing = new HashSet<>(history.refunds().keySet());
        for (JsonNode refund : end.refunds()) {
            missing.remove(id(refund));
            OrderHistory.KnownRefund known = history.refunds().get(id(refund));
            if (known != null) {
                expect("refund " + id(refund) + ", amount", known.amountMinor(), refund.path("amount"));
            }
            if (known != null && known.acknowledged()) {
                expect("refund " + id(refund) + " was acknowledged", "COMPLETED", refund.path("status"));
            }
        }
        List<JsonNode> unknown = end.completedRefunds().stream()
                .filter(refund -> !history.refunds().containsKey(id(refund)))
                .toList();
        // A cancellation may have created a refund whose id is unknown.
        if (unknown.size() > (history.has(Event.CANCEL_REQUESTED) ? 1 : 0)) {
            violations.add("%s has refunds that were not requested: %s", order, unknown);
        }
        if (!missing.isEmpty()) {
            violations.add("%s has lost the refunds %s", order, missing);
        }
        long refundedMinor = end.completedRefunds().stream()
                .mapToLong(refund -> refund.path("amount").asLong())
                .sum();
        expect(order + ", refunded", refundedMinor, end.payment().path("refundedAmount"));
    }

    private void checkCharge(OrderHistory history, FinalState end) {
        JsonNode charge = charges.get(history.order().paymentKey());
        String what = "order " + history.order().orderId() + " is " + status(end.payment());
        if (charge == null) {
            if (end.isCompleted()) {
                violations.add("%s, but was never charged", what);
            }
        } else if (!end.isCompleted()) {
            violations.add("%s, but was charged: %s", what, charge);
        } else {
            expect(what + ", charged", history.order().amountMinor(), charge.path("amount"));
            expect(what + ", refunded", end.payment().path("refundedAmount").asText(), charge.path("cancelled"));
        }
    }

    /**
     * Adds the order's effect on its sellers' wallets. The fee is refunded half up on the cumulative amount, so that
     * only the sum matters.
     */
    private static void addToWallets(OrderHistory history, FinalState end, Map<String, Long> wallets) {
        Map<String, Long> refunded = new HashMap<>();
        for (JsonNode refund : end.completedRefunds()) {
            for (JsonNode part : refund.path("lines")) {
                refunded.merge(part.path("lineId").asText(), part.path("amount").asLong(), Long::sum);
            }
        }
        for (Order.Line line : history.order().lines()) {
            long refundedMinor = refunded.getOrDefault(line.lineId(), 0L);
            long feeRefundedMinor =
                    (2 * line.feeMinor() * refundedMinor + line.amountMinor()) / (2 * line.amountMinor());
            long balanceMinor = line.amountMinor() - line.feeMinor() - (refundedMinor - feeRefundedMinor);
            wallets.merge(line.sellerId() + ":" + history.order().currency(), balanceMinor, Math::addExact);
        }
    }

    private void checkPayouts(Map<String, Long> wallets) throws InterruptedException {
        Map<String, Seller.Payout> known = new HashMap<>();
        Set<String> sellers = new HashSet<>();
        for (Seller.Payout payout : payouts) {
            sellers.add(payout.sellerId());
            if (!payout.id().isEmpty()) {
                known.put(payout.id(), payout);
            }
            if (payout.status().equals("BOOKED")) {
                wallets.merge(payout.sellerId() + ":" + payout.currency(), -payout.amountMinor(), Math::addExact);
            }
        }
        for (String seller : sellers) {
            for (JsonNode actual : readAll("/payouts?sellerId=" + seller + "&limit=100")) {
                Seller.Payout payout = known.remove(id(actual));
                if (payout != null) {
                    expect("payout " + payout.id(), payout.status(), actual.path("status"));
                    expect("payout " + payout.id(), payout.amountMinor(), actual.path("amount"));
                } else if (payouts.stream().noneMatch(one -> one.mayMatch(actual))) {
                    violations.add("a payout that was not requested: %s", actual);
                }
            }
        }
        known.keySet().forEach(id -> violations.add("payout %s is lost", id));
    }

    private void readCharges() throws IOException {
        charges.clear();
        psp.charges(charge -> charges.put(charge.path("paymentKey").asText(), charge));
    }

    private static String id(JsonNode resource) {
        return resource.path("id").asText();
    }

    private static String status(JsonNode resource) {
        return resource.path("status").asText();
    }

    private void expect(String what, Object expected, JsonNode actual) {
        if (!expected.toString().equals(actual.asText())) {
            violations.add("%s: %s instead of %s", what, actual, expected);
        }
    }
}
