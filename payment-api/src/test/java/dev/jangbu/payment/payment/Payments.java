package dev.jangbu.payment.payment;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Payments for tests. */
final class Payments {

    static final String KEY = "key-1";
    static final long AMOUNT = 20_000;
    static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    private Payments() {}

    static Payment in(PaymentStatus status) {
        return in(status, false);
    }

    static Payment in(PaymentStatus status, boolean leaseLive) {
        return in(status, leaseLive, true);
    }

    static Payment in(PaymentStatus status, boolean leaseLive, boolean resolutionDue) {
        boolean confirmed = status != PaymentStatus.READY;
        return new Payment(
                UUID.fromString("0199c0de-0000-7000-8000-000000000001"),
                "order-1001",
                status,
                "KRW",
                AMOUNT,
                List.of(
                        new PaymentLine("1", "seller-a", 12_000, 600, 0),
                        new PaymentLine("2", "seller-b", 8_000, 0, 0)),
                "toss",
                confirmed ? KEY : null,
                null,
                Map.of(),
                1,
                confirmed ? 1 : 0,
                leaseLive,
                resolutionDue,
                confirmed ? NOON : null,
                null,
                null,
                NOON,
                null,
                null);
    }
}
