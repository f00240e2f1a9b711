package dev.jangbu.api.payout;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A payout in the API. */
record PayoutView(
        UUID id,
        String sellerId,
        String currency,
        long amount,
        String destination,
        PayoutStatus status,
        @Nullable String rejection,
        long version,
        Instant createdAt,
        @Nullable Instant decidedAt,
        @Nullable String position) {

    static PayoutView of(Payout payout) {
        return new PayoutView(
                payout.id(),
                payout.sellerId(),
                payout.currency(),
                payout.amountMinor(),
                payout.destination(),
                payout.status(),
                payout.rejection(),
                payout.version(),
                payout.createdAt(),
                payout.decidedAt(),
                payout.position());
    }
}
