package dev.jangbu.settlement.wallet;

import dev.jangbu.contract.SettlementRequested;
import java.time.Instant;
import java.util.UUID;

/** The stored value of a decided request, for tests that write the changelog of a large state. */
public final class DecidedBytes {

    private DecidedBytes() {}

    public static byte[] of(SettlementRequested request, Instant decidedAt) {
        DecidedSettlement decided = new DecidedSettlement(
                decidedAt.toEpochMilli(),
                UUID.fromString(request.getReferenceId()),
                DecidedSettlement.contentOf(request));
        return DecidedSettlement.serde().serializer().serialize("", decided);
    }
}
