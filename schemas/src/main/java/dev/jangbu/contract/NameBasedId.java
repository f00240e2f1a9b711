package dev.jangbu.contract;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * Ids that are computed from a name: the same movement of money has the same id whenever and wherever it is written
 * down, also after the database that wrote it first has been restored.
 *
 * <p>An id is a UUIDv8: the first 128 bits of the SHA-256 of the canonical name, with version and variant set. The
 * canonical name is the kind and each part, as the length of its UTF-8 bytes (4 bytes, big-endian) and these bytes.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9562#name-example-of-a-uuidv8-value-n">RFC 9562, B.2: name-based
 *     UUIDv8</a>
 */
public final class NameBasedId {

    private NameBasedId() {}

    /** A payment: the client that created it, its idempotency key, and how often the key was used and forgotten before. */
    public static UUID ofPayment(String clientId, String key, int generation) {
        return of("payment", clientId, key, Integer.toString(generation));
    }

    /** A refund: the client that requested it, and its idempotency key. */
    public static UUID ofRefund(String clientId, String key) {
        return of("refund", clientId, key);
    }

    /** A payout: the client that requested it, and its idempotency key. */
    public static UUID ofPayout(String clientId, String key) {
        return of("payout", clientId, key);
    }

    /** The settlement of a charged line: the PSP, its key of the charge, and the line. */
    public static UUID ofChargedLine(String psp, String paymentKey, String lineId) {
        return of("charged-line", psp, paymentKey, lineId);
    }

    /** The settlement of a canceled line: the PSP, its key of the cancellation, and the line. */
    public static UUID ofCanceledLine(String psp, String transactionKey, String lineId) {
        return of("canceled-line", psp, transactionKey, lineId);
    }

    /** The settlement of a line of a refund that a person approved and that is no cancellation at the PSP. */
    public static UUID ofDecidedLine(UUID refundId, String lineId) {
        return of("decided-line", refundId.toString(), lineId);
    }

    /** The settlement of a payout: the client that requested it, and its idempotency key. */
    public static UUID ofPayoutSettlement(String clientId, String key) {
        return of("payout-settlement", clientId, key);
    }

    private static UUID of(String kind, String... parts) {
        MessageDigest sha256 = sha256();
        update(sha256, kind);
        for (String part : parts) {
            update(sha256, part);
        }
        ByteBuffer hash = ByteBuffer.wrap(sha256.digest());
        long high = (hash.getLong() & 0xFFFF_FFFF_FFFF_0FFFL) | 0x8000L;
        long low = (hash.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    private static void update(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
