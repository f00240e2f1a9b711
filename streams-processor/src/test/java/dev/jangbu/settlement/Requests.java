package dev.jangbu.settlement;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;

/** Builds requests for tests. */
public final class Requests {

    private Requests() {}

    /** A request for seller-a in KRW: a reference of one part, without a fee, moved at the time in its id. */
    public static SettlementRequested.Builder of(SettlementKind kind, UUID settlementId, long amount) {
        return SettlementRequested.newBuilder()
                .setSettlementId(settlementId.toString())
                .setKind(kind)
                .setReferenceId(
                        new UUID(settlementId.getMostSignificantBits() ^ 1, settlementId.getLeastSignificantBits())
                                .toString())
                .setReferenceParts(1)
                .setLineId("1")
                .setOrderId("order-1001")
                .setWalletId("seller-a:KRW")
                .setSellerId("seller-a")
                .setCurrency("KRW")
                .setAmount(amount)
                .setFee(0)
                .setExpectedVersion(null)
                .setPsp(kind == SettlementKind.PAYOUT ? "" : "toss")
                .setOccurredAt(timeOf(settlementId))
                .setMovedAt(kind == SettlementKind.PAYOUT ? null : timeOf(settlementId));
    }

    /** The time in a UUIDv7. Ids of tests have one, so that a test reads as a course of time. */
    private static Instant timeOf(UUID id) {
        return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
    }

    /** A UUIDv7 of that time, with random bits from the source. */
    public static UUID idAt(Instant time, Random random) {
        long high = (time.toEpochMilli() << 16) | 0x7000L | (random.nextLong() & 0xFFFL);
        long low = 0x8000000000000000L | (random.nextLong() >>> 2);
        return new UUID(high, low);
    }
}
