package dev.jangbu.proving.torture;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.proving.audit.Violations;
import dev.jangbu.proving.stack.HttpApi.Answer;
import dev.jangbu.proving.stack.PspSimulator;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The customers' and sellers' own book, held against what there is in the end: every promise is kept (invariant 2), nothing was
 * settled that the PSP has not approved, and each wallet is what it must be by these orders alone.
 */
final class ReferenceModel {

    private static final Duration SETTLES_WITHIN = Duration.ofMinutes(4);
    private static final Set<String> PAYMENT_ENDED = Set.of("READY", "COMPLETED", "DECLINED", "CANCELED", "EXPIRED");
    private static final Set<String> REFUND_ENDED = Set.of("COMPLETED", "FAILED");

    private final FlakyClient line;
    private final PspSimulator psp;
    private final Violations breaches;
    private final List<OrderHistory> deals = new ArrayList<>();
    private final List<Seller.Payout> payouts = new ArrayList<>();
    private final Map<String, End> ends = new HashMap<>();
    private final Map<String, JsonNode> charges = new HashMap<>();

    /** What became of an order. */
    private record End(JsonNode payment, List<JsonNode> refunds) {

        boolean isReached() {
            return PAYMENT_ENDED.contains(payment.path("status").asText())
                    && refunds.stream()
                            .allMatch(refund ->
                                    REFUND_ENDED.contains(refund.path("status").asText()));
        }

        boolean completed() {
            return payment.path("status").asText().equals("COMPLETED");
        }

        List<JsonNode> completedRefunds() {
            return refunds.stream()
                    .filter(refund -> refund.path("status").asText().equals("COMPLETED"))
                    .toList();
        }
    }

    ReferenceModel(FlakyClient line, PspSimulator psp, Violations breaches) {
        this.line = line;
        this.psp = psp;
        this.breaches = breaches;
    }

    synchronized void add(OrderHistory deal) {
        deals.add(deal);
    }

    synchronized void add(Seller.Payout payout) {
        payouts.add(payout);
    }

    /** Waits until every order has come to its end, and is the person who looks at what is in review. */
    void settle() throws IOException, InterruptedException {
        readCharges();
        long begin = System.nanoTime();
        List<OrderHistory> open = List.copyOf(deals);
        while (!open.isEmpty()) {
            List<OrderHistory> still = new ArrayList<>();
            for (OrderHistory deal : open) {
                End end = read(deal);
                ends.put(deal.paymentId(), end);
                if (!end.isReached()) {
                    review(deal, end);
                    still.add(deal);
                }
            }
            open = still;
            if (!open.isEmpty() && System.nanoTime() - begin > SETTLES_WITHIN.toNanos()) {
                for (OrderHistory deal : open) {
                    breaches.add("order %s doesn't end: %s", deal.order().orderId(), read(deal));
                }
                return;
            }
            if (!open.isEmpty()) {
                Thread.sleep(Duration.ofMillis(250));
            }
        }
    }

    /** Holds everything that was said against what there is. */
    void check() throws IOException, InterruptedException {
        readCharges();
        Map<String, BigInteger> wallets = new TreeMap<>();
        for (OrderHistory deal : deals) {
            End end = ends.get(deal.paymentId());
            if (end == null) {
                continue;
            }
            checkPayment(deal, end);
            checkRefunds(deal, end);
            checkCharge(deal, end);
            if (end.completed()) {
                addUp(deal, end, wallets);
            }
        }
        checkPayouts(wallets);
        for (Map.Entry<String, BigInteger> wallet : wallets.entrySet()) {
            String[] id = wallet.getKey().split(":", 2);
            JsonNode there =
                    line.read("/wallets/" + id[0] + "?currency=" + id[1]).body();
            if (!wallet.getValue().toString().equals(there.path("balance").asText())) {
                breaches.add("wallet %s must hold %s by these orders: %s", wallet.getKey(), wallet.getValue(), there);
            }
        }
    }

    private End read(OrderHistory deal) throws InterruptedException {
        JsonNode payment = line.read("/payments/" + deal.paymentId()).body();
        return new End(payment, all("/payments/" + deal.paymentId() + "/refunds?limit=100"));
    }

    private List<JsonNode> all(String path) throws InterruptedException {
        List<JsonNode> all = new ArrayList<>();
        String cursor = "";
        do {
            Answer page = line.read(path + cursor);
            if (page.status() != 200) {
                breaches.add("%s can't be read: %s", path, page);
                return all;
            }
            page.body().path("data").forEach(all::add);
            JsonNode next = page.body().path("nextCursor");
            cursor = next.isTextual() ? "&cursor=" + next.asText() : "";
        } while (!cursor.isEmpty());
        return all;
    }

    /** What a person would do: look at the PSP's book, and say what is there. */
    private void review(OrderHistory deal, End end) throws InterruptedException {
        String id = deal.paymentId();
        JsonNode charge = charges.get(deal.order().paymentKey());
        if (end.payment().path("status").asText().equals("REVIEW")) {
            String outcome = charge == null ? "DECLINED" : "APPROVED";
            deal.resolved(outcome);
            resolve("/payments/" + id, outcome);
        }
        for (JsonNode refund : end.refunds()) {
            if (refund.path("status").asText().equals("REVIEW") && charge != null) {
                long back = charge.path("cancelled").asLong()
                        - end.payment().path("refundedAmount").asLong();
                resolve(
                        "/refunds/" + refund.path("id").asText(),
                        back == refund.path("amount").asLong() ? "APPROVED" : "FAILED");
            }
        }
    }

    private void resolve(String resource, String outcome) throws InterruptedException {
        line.untilAnswered(new Call(
                Call.Kind.RESOLVE,
                resource + "/resolve",
                "resolve-" + resource.substring(resource.lastIndexOf('/') + 1),
                "{\"outcome\":\"%s\",\"evidence\":\"the PSP's own book\"}".formatted(outcome)));
    }

    private void checkPayment(OrderHistory deal, End end) {
        String status = end.payment().path("status").asText();
        String what = "order " + deal.order().orderId() + " (payment " + deal.paymentId() + ")";
        switch (deal.charge()) {
            case APPROVED -> expect(what + " was approved", "COMPLETED", status);
            case DECLINED -> expect(what + " was declined", "DECLINED", status);
            case NEVER_ASKED, IN_REVIEW -> {}
        }
        if (deal.wasCanceled() && !status.equals("CANCELED") && !fullyRefunded(end)) {
            breaches.add("%s was canceled and is %s", what, end);
        }
        for (Order.Line line : deal.order().lines()) {
            JsonNode there = end.payment().path("lines").path(Integer.parseInt(line.lineId()) - 1);
            if (!there.path("sellerId").asText().equals(line.sellerId())
                    || there.path("amount").asLong() != line.amount()
                    || there.path("fee").asLong() != line.fee()) {
                breaches.add("%s: the line %s is now %s", what, line, there);
            }
        }
    }

    private static boolean fullyRefunded(End end) {
        return end.completed() && end.payment().path("refundStatus").asText().equals("FULL");
    }

    private void checkRefunds(OrderHistory deal, End end) {
        Set<String> unknown = new HashSet<>();
        long refunded = 0;
        for (JsonNode refund : end.refunds()) {
            String id = refund.path("id").asText();
            Long amount = deal.refunds().get(id);
            boolean completed = refund.path("status").asText().equals("COMPLETED");
            if (amount == null && completed) {
                unknown.add(id);
            } else if (amount != null && amount != refund.path("amount").asLong()) {
                breaches.add("refund %s was to be of %d and is %s", id, amount, refund);
            }
            if (deal.refundWasPromised(id) && !completed) {
                breaches.add("refund %s was promised and is %s", id, refund);
            }
            refunded += completed ? refund.path("amount").asLong() : 0;
        }
        if (unknown.size() > (deal.cancelWasAsked() ? 1 : 0)) {
            breaches.add(
                    "order %s has refunds that nobody asked for: %s",
                    deal.order().orderId(), unknown);
        }
        Set<String> missing = new HashSet<>(deal.refunds().keySet());
        end.refunds().forEach(refund -> missing.remove(refund.path("id").asText()));
        if (!missing.isEmpty()) {
            breaches.add("order %s has lost the refunds %s", deal.order().orderId(), missing);
        }
        expect(
                "order " + deal.order().orderId() + " refunds of " + refunded,
                Long.toString(refunded),
                end.payment().path("refundedAmount").asText());
    }

    private void checkCharge(OrderHistory deal, End end) {
        JsonNode charge = charges.get(deal.order().paymentKey());
        String what = "order " + deal.order().orderId() + " is "
                + end.payment().path("status").asText();
        if (!end.completed()) {
            if (charge != null) {
                breaches.add("%s and was charged: %s", what, charge);
            }
        } else if (charge == null) {
            breaches.add("%s and was never charged", what);
        } else {
            expect(
                    what + ", charged",
                    Long.toString(deal.order().amount()),
                    charge.path("amount").asText());
            expect(
                    what + ", given back",
                    end.payment().path("refundedAmount").asText(),
                    charge.path("cancelled").asText());
        }
    }

    /** What the order does to its sellers' wallets. The fee goes back half up, cumulatively, so that the sum alone tells. */
    private static void addUp(OrderHistory deal, End end, Map<String, BigInteger> wallets) {
        Map<String, Long> refunded = new HashMap<>();
        for (JsonNode refund : end.completedRefunds()) {
            for (JsonNode part : refund.path("lines")) {
                refunded.merge(part.path("lineId").asText(), part.path("amount").asLong(), Long::sum);
            }
        }
        for (Order.Line line : deal.order().lines()) {
            long back = refunded.getOrDefault(line.lineId(), 0L);
            long feeBack = (2 * line.fee() * back + line.amount()) / (2 * line.amount());
            long stays = line.amount() - line.fee() - (back - feeBack);
            wallets.merge(line.sellerId() + ":" + deal.order().currency(), BigInteger.valueOf(stays), BigInteger::add);
        }
    }

    private void checkPayouts(Map<String, BigInteger> wallets) throws InterruptedException {
        Map<String, Seller.Payout> known = new HashMap<>();
        Set<String> sellers = new HashSet<>();
        List<Seller.Payout> refused = new ArrayList<>();
        for (Seller.Payout payout : payouts) {
            if (payout.id().isEmpty()) {
                refused.add(payout);
            } else {
                known.put(payout.id(), payout);
            }
            sellers.add(payout.sellerId());
            if (payout.status().equals("BOOKED")) {
                wallets.merge(
                        payout.sellerId() + ":" + payout.currency(),
                        BigInteger.valueOf(-payout.amount()),
                        BigInteger::add);
            }
        }
        for (String seller : sellers) {
            for (JsonNode there : all("/payouts?sellerId=" + seller + "&limit=100")) {
                Seller.Payout payout = known.remove(there.path("id").asText());
                if (payout == null && refused.stream().anyMatch(one -> one.mayBe(there))) {
                    continue;
                }
                if (payout == null) {
                    breaches.add("a payout that nobody asked for: %s", there);
                } else {
                    expect(
                            "payout " + payout.id(),
                            payout.status(),
                            there.path("status").asText());
                    expect(
                            "payout " + payout.id(),
                            Long.toString(payout.amount()),
                            there.path("amount").asText());
                }
            }
        }
        known.keySet().forEach(id -> breaches.add("the payout %s is lost", id));
    }

    private void readCharges() throws IOException {
        charges.clear();
        psp.charges(charge -> charges.put(charge.path("paymentKey").asText(), charge));
    }

    private void expect(String what, String expected, String there) {
        if (!expected.equals(there)) {
            breaches.add("%s: %s and not %s", what, there, expected);
        }
    }
}
