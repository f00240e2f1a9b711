package dev.jangbu.proving.audit;

import dev.jangbu.proving.facts.Merge;
import dev.jangbu.proving.facts.Said;
import dev.jangbu.proving.facts.SortedFacts;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;

/** The PSP's book against ours: what was charged, and what of it went back. */
final class OneChargePerPayment implements Invariant {

    /**
     * By the PSP's key. Of refunds that are at the PSP or in REVIEW nobody knows yet whether it has paid them back; there is one at a time.
     * A payment that a person declined may have been charged, if the PSP gave all of it back.
     */
    private static final String PAYMENTS = """
            SELECT p.payment_key AS key,
                   concat_ws(' ', p.id,
                             CASE WHEN p.status = 'DECLINED' AND EXISTS (
                                      SELECT FROM history h
                                       WHERE h.resource_id = p.id AND h.from_status = 'REVIEW' AND h.to_status = 'DECLINED')
                                  THEN 'DECLINED_BY_A_PERSON' ELSE p.status END,
                             p.order_id, p.amount, p.currency, coalesce(r.refunded, 0), coalesce(r.in_review, 0)) AS text
              FROM payments p
              LEFT JOIN (SELECT payment_id,
                                sum(amount) FILTER (WHERE status IN ('APPROVED', 'COMPLETED')) AS refunded,
                                sum(amount) FILTER (WHERE status IN ('EXECUTING', 'UNKNOWN', 'REVIEW')) AS in_review
                           FROM refunds
                          GROUP BY payment_id) AS r ON r.payment_id = p.id
             WHERE p.payment_key IS NOT NULL
             ORDER BY p.payment_key COLLATE "C"
            """;

    private static final Set<String> NOBODY_KNOWS_YET = Set.of("EXECUTING", "UNKNOWN", "REVIEW");

    private record Payment(String id, String status, String terms, long amount, long refunded, long inReview) {

        static Payment of(String text) {
            String[] part = text.split(" ", -1);
            return new Payment(
                    part[0],
                    part[1],
                    part[2] + " " + part[3] + " " + part[4],
                    Long.parseLong(part[3]),
                    Long.parseLong(part[5]),
                    Long.parseLong(part[6]));
        }

        boolean approved() {
            return status.equals("APPROVED") || status.equals("COMPLETED");
        }
    }

    private record Charge(String terms, long cancelled) {

        static Charge of(String text) {
            int last = text.lastIndexOf(' ');
            return new Charge(text.substring(0, last), Long.parseLong(text.substring(last + 1)));
        }
    }

    @Override
    public int number() {
        return 1;
    }

    @Override
    public String statement() {
        return "At most one charge per payment, each of one approved payment and its amount; canceled at the PSP is refunded here";
    }

    @Override
    public void check(Evidence evidence, Violations breaches) throws IOException, SQLException {
        try (SortedFacts charges = evidence.cards()) {
            evidence.charges(charge -> charges.add(
                    charge.get("paymentKey").asText(),
                    charge.get("orderId").asText() + " " + charge.get("amount").asText() + " "
                            + charge.get("currency").asText() + " "
                            + charge.get("cancelled").asText()));
            Merge.join(
                    evidence.paymentCards(PAYMENTS),
                    charges.sorted(),
                    (paymentKey, ours, psps) -> judge(paymentKey, ours, psps, breaches));
        }
    }

    private static void judge(String paymentKey, Said ours, Said psps, Violations breaches) {
        if (psps.count() > 1) {
            breaches.add("the PSP lists the charge %s more than once: %s", paymentKey, psps);
        }
        if (ours.count() > 1) {
            breaches.add("more than one payment claims the charge %s: %s", paymentKey, ours);
        }
        if (ours.nothing()) {
            breaches.add("nobody here knows the charge %s: %s", paymentKey, psps);
        } else if (psps.nothing()) {
            Payment payment = Payment.of(ours.text());
            if (payment.approved()) {
                breaches.add("payment %s is %s and was never charged", payment.id(), payment.status());
            }
        } else {
            compare(Payment.of(ours.text()), Charge.of(psps.text()), breaches);
        }
    }

    private static void compare(Payment payment, Charge charge, Violations breaches) {
        if (NOBODY_KNOWS_YET.contains(payment.status())) {
            return;
        }
        if (payment.status().equals("DECLINED_BY_A_PERSON") && charge.cancelled() == payment.amount()) {
            return;
        }
        if (!payment.approved()) {
            breaches.add("payment %s is %s and was charged", payment.id(), payment.status());
            return;
        }
        if (!payment.terms().equals(charge.terms())) {
            breaches.add("payment %s is for %s and the PSP charged %s", payment.id(), payment.terms(), charge.terms());
        }
        long back = charge.cancelled() - payment.refunded();
        if (back != 0 && back != payment.inReview()) {
            breaches.add(
                    "payment %s: the PSP gave %d back, and here %d are refunded and %d in review",
                    payment.id(), charge.cancelled(), payment.refunded(), payment.inReview());
        }
    }
}
