package dev.jangbu.settlement.wallet;

import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.settlement.state.BinarySerde;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.UUID;
import org.apache.kafka.common.serialization.Serde;

/**
 * A decided settlement, as the deduplication stores it under the settlement's id.
 *
 * @param decidedAtMs the partition's clock after the decision, milliseconds since 1970
 * @param referenceId the payment, refund or payout that it was decided for
 * @param content the fingerprint of its request, or {@link #UNKNOWN_CONTENT}
 */
record DecidedSettlement(long decidedAtMs, UUID referenceId, UUID content) {

    /**
     * The content of a settlement whose request is lost, and which was restored from the ledger. Every content of the same
     * reference is its repetition.
     */
    static final UUID UNKNOWN_CONTENT = new UUID(0, 0);

    /** Cloned for each request: to look the algorithm up among the providers takes longer than to compute it. */
    private static final MessageDigest UNUSED_SHA_256 = newSha256();

    private static final byte FORMAT = 1;
    private static final int SIZE_BYTES = 1 + 8 + 16 + 16;

    /** Whether it was decided for this reference and this content. */
    boolean isOf(UUID otherReferenceId, UUID otherContent) {
        return referenceId.equals(otherReferenceId)
                && (content.equals(otherContent) || content.equals(UNKNOWN_CONTENT));
    }

    Instant decidedAt() {
        return Instant.ofEpochMilli(decidedAtMs);
    }

    /**
     * The fingerprint of a request's content: the first 128 bits of a SHA-256. It excludes the times, which our clocks
     * set and which differ if a movement is written down again. It lists its fields, so that a later version of the
     * schema has the same fingerprints.
     */
    static UUID contentOf(SettlementRequested request) {
        String content = String.join(
                "\n",
                request.getKind().name(),
                Integer.toString(request.getReferenceParts()),
                String.valueOf(request.getPart()),
                request.getLineId(),
                request.getOrderId(),
                request.getWalletId(),
                Long.toString(request.getAmount()),
                Long.toString(request.getFee()),
                String.valueOf(request.getExpectedVersion()),
                request.getPsp());
        ByteBuffer hash = ByteBuffer.wrap(sha256().digest(content.getBytes(StandardCharsets.UTF_8)));
        return new UUID(hash.getLong(), hash.getLong());
    }

    private static MessageDigest sha256() {
        try {
            return (MessageDigest) UNUSED_SHA_256.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("The JDK's SHA-256 can be cloned", e);
        }
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /**
     * The format in the store and its changelog, 41 bytes, big-endian. A new format takes a new first byte and is read
     * beside this one.
     *
     * <pre>
     *   byte 0      the format, 1
     *   bytes 1-8   decidedAtMs
     *   bytes 9-24  referenceId
     *   bytes 25-40 content
     * </pre>
     */
    static Serde<DecidedSettlement> serde() {
        return BinarySerde.of(FORMAT, DecidedSettlement::write, DecidedSettlement::read);
    }

    private static ByteBuffer write(DecidedSettlement settlement) {
        return ByteBuffer.allocate(SIZE_BYTES)
                .put(FORMAT)
                .putLong(settlement.decidedAtMs)
                .putLong(settlement.referenceId.getMostSignificantBits())
                .putLong(settlement.referenceId.getLeastSignificantBits())
                .putLong(settlement.content.getMostSignificantBits())
                .putLong(settlement.content.getLeastSignificantBits());
    }

    private static DecidedSettlement read(ByteBuffer in) {
        return new DecidedSettlement(
                in.getLong(), new UUID(in.getLong(), in.getLong()), new UUID(in.getLong(), in.getLong()));
    }
}
