package dev.jangbu.proving.audit;

import dev.jangbu.proving.facts.FactGroup;
import dev.jangbu.proving.facts.MergeJoin;
import dev.jangbu.proving.facts.SortedFacts;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;

/** Compares the PSP's charges and cancellations with the payments and refunds. */
final class OneChargePerPayment implements Invariant {

    /**
     * By the PSP's key.
     *
     * <ul>
     *   <li>The outcome of a refund that is at the PSP or in REVIEW is not known yet. There is at most one at a time.
     *   <li>A payment that an operator declined may have been charged, if the PSP cancelled all of it.
     * </ul>
     */
    private static final String PAYMENTS = """
            SELECT p.payment_key AS key,
                   concat_ws(' ', p.id,
                             CASE WHEN p.status = 'DECLINED' AND EXISTS (
                                      SELECT FROM history h
                                       WHERE h.resource_id = p.id AND h.from_status = 'REVIEW' AND h.to_status = 'DECLINED')
                                  THEN 'DECLINED_BY_OPERATOR' ELSE p.status END,
                             p.order_id, p.amount, p.currency, coalesce(r.refunded, 0), coalesce(r.undecided, 0)) AS text
              FROM payments p
              LEFT JOIN (SELECT payment_id,
                                sum(amount) FILTER (WHERE status IN ('APPROVED', 'COMPLETED')) AS refunded,
                                sum(amount) FILTER (WHERE status IN ('EXECUTING', 'UNKNOWN', 'REVIEW')) AS undecided
                           FROM refunds
                          GROUP BY payment_id) AS r ON r.payment_id = p.id
             WHERE p.payment_key IS NOT NULL
             ORDER BY p.payment_key COLLATE "C"
            """;

    private static final Set<String> OUTCOME_UNKNOWN = Set.of("EXECUTING", "UNKNOWN", "REVIEW");

    private record Payment(String id, String status, String terms, long amount, long refunded, long undecided) {

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
        return "At most one charge per payment, each for an approved payment and its amount; cancellations at the PSP equal the refunds";
    }

    @Override
    public void check(AuditSources sources, Violations violations) throws IOException, SQLException {
        try (SortedFacts charges = sources.sortedFacts()) {
            boolean isListed = sources.charges(charge -> charges.add(
                    charge.get("paymentKey").asText(),
                    charge.get("orderId").asText() + " " + charge.get("amount").asText() + " "
                            + charge.get("currency").asText() + " "
                            + charge.get("cancelled").asText()));
            if (!isListed) {
                violations.addUnchecked(
                        "the charges and cancellations at the PSP: there is no simulator (JANGBU_SIMULATOR"
                                + " is not set). Compare the PSP's settlement file with the ledger: ./jangbu reconcile FILE");
            }
            MergeJoin.join(sources.paymentFacts(PAYMENTS), charges.sorted(), (paymentKey, payments, pspCharges) -> {
                if (payments.count() > 1) {
                    violations.add("more than one payment has the charge %s: %s", paymentKey, payments);
                }
                if (isListed) {
                    check(paymentKey, payments, pspCharges, violations);
                }
            });
        }
    }

    private static void check(String paymentKey, FactGroup payments, FactGroup charges, Violations violations) {
        if (charges.count() > 1) {
            violations.add("the PSP lists the charge %s more than once: %s", paymentKey, charges);
        }
        if (payments.isEmpty()) {
            violations.add("no payment has the charge %s: %s", paymentKey, charges);
        } else if (charges.isEmpty()) {
            Payment payment = Payment.of(payments.text());
            if (payment.approved()) {
                violations.add("payment %s is %s and was never charged", payment.id(), payment.status());
            }
        } else {
            compare(Payment.of(payments.text()), Charge.of(charges.text()), violations);
        }
    }

    private static void compare(Payment payment, Charge charge, Violations violations) {
        if (OUTCOME_UNKNOWN.contains(payment.status())) {
            return;
        }
        if (payment.status().equals("DECLINED_BY_OPERATOR") && charge.cancelled() == payment.amount()) {
            return;
        }
        if (!payment.approved()) {
            violations.add("payment %s is %s and was charged", payment.id(), payment.status());
            return;
        }
        if (!payment.terms().equals(charge.terms())) {
            violations.add(
                    "payment %s is for %s and the PSP charged %s", payment.id(), payment.terms(), charge.terms());
        }
        long difference = charge.cancelled() - payment.refunded();
        if (difference != 0 && difference != payment.undecided()) {
            violations.add(
                    "payment %s: the PSP cancelled %d, the refunds have %d approved and %d undecided",
                    payment.id(), charge.cancelled(), payment.refunded(), payment.undecided());
        }
    }
}
