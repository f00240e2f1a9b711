package dev.jangbu.api.payment;

import dev.jangbu.api.operation.PspProgress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Payments for unit tests. */
public final class Payments {

    static final String KEY = "key-1";
    static final long AMOUNT = 20_000;
    static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    private static final List<PaymentLine> LINES =
            List.of(new PaymentLine("1", "seller-a", 12_000, 600), new PaymentLine("2", "seller-b", 8_000, 0));

    private Payments() {}

    static Payment in(PaymentStatus status) {
        return in(status, false);
    }

    static Payment in(PaymentStatus status, boolean leaseLive) {
        return in(status, leaseLive, true);
    }

    static Payment in(PaymentStatus status, boolean leaseLive, boolean inquiryDue) {
        return payment(status, leaseLive, inquiryDue, false, LINES);
    }

    /** A payment in EXECUTING, created at this time. */
    static Payment createdAt(Instant createdAt) {
        return payment(PaymentStatus.EXECUTING, 1, true, true, false, LINES, createdAt);
    }

    /** A payment in EXECUTING, in its n-th attempt. */
    static Payment inAttempt(int attempt) {
        return payment(PaymentStatus.EXECUTING, attempt, true, true, false, LINES, NOON);
    }

    static Payment expired() {
        return payment(PaymentStatus.READY, false, true, true, LINES);
    }

    /** A payment with these lines. */
    public static Payment of(PaymentStatus status, PaymentLine... lines) {
        return payment(status, false, true, false, List.of(lines));
    }

    private static Payment payment(
            PaymentStatus status, boolean leaseLive, boolean inquiryDue, boolean expired, List<PaymentLine> lines) {
        int attempts = status == PaymentStatus.READY ? 0 : 1;
        return payment(status, attempts, leaseLive, inquiryDue, expired, lines, NOON);
    }

    private static Payment payment(
            PaymentStatus status,
            int attempts,
            boolean leaseLive,
            boolean inquiryDue,
            boolean expired,
            List<PaymentLine> lines,
            Instant createdAt) {
        boolean confirmed = status != PaymentStatus.READY;
        return new Payment(
                UUID.fromString("0199c0de-0000-7000-8000-000000000001"),
                "order-1001",
                status,
                "KRW",
                lines.stream().mapToLong(PaymentLine::amountMinor).sum(),
                lines,
                "toss",
                confirmed ? KEY : null,
                Map.of(),
                1,
                new PspProgress(attempts, leaseLive, inquiryDue, null, null, null),
                expired,
                confirmed ? NOON : null,
                null,
                createdAt,
                null,
                null,
                null,
                List.of());
    }
}
