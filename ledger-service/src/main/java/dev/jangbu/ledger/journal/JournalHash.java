package dev.jangbu.ledger.journal;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.UUID;

/**
 * The hash chain that makes a book tamper-evident: a journal's hash is SHA-256 over the previous journal's hash and the
 * journal's canonical bytes. Changing a journal requires changing all later hashes, which are also published on {@code
 * ledger.postings}.
 *
 * <p>Canonical bytes, in this order: previous hash (32 bytes, zeros for the first journal) · settlementId (16) · book
 * (int4) · no (int8) · kind (text) · referenceId (16) · referenceParts (int4) · currency (text) · walletId (text) ·
 * walletVersion (int8) · balanceAfter (int8) · occurredAt (time) · recordedAt (time) · number of lines (int4) · and for
 * each line: account (text) · side (text) · currency (text) · amount (int8).
 *
 * <p>Integers are big-endian. A text is its length in bytes (int4) and its UTF-8 bytes. A time is milliseconds since
 * 1970 (int8). The database computes the same in its view {@code journal_hashes} and refuses a journal with another
 * hash.
 */
public final class JournalHash {

    public static final int BYTES = 32;

    private JournalHash() {}

    /** The previous hash of a book's first journal. */
    public static byte[] genesis() {
        return new byte[BYTES];
    }

    /**
     * The hash of an entry that becomes journal {@code no} of {@code book}, after a journal with hash {@code previous}.
     */
    public static byte[] of(byte[] previous, int book, long no, Entry entry) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.write(previous);
            write(out, entry.settlementId());
            out.writeInt(book);
            out.writeLong(no);
            write(out, entry.kind().name());
            write(out, entry.referenceId());
            out.writeInt(entry.referenceParts());
            write(out, entry.currency());
            write(out, entry.walletId());
            out.writeLong(entry.walletVersion());
            out.writeLong(entry.balanceAfterMinor());
            write(out, entry.occurredAt());
            write(out, entry.recordedAt());
            out.writeInt(entry.lines().size());
            for (Line line : entry.lines()) {
                write(out, line.account());
                write(out, line.side().name());
                write(out, entry.currency());
                out.writeLong(line.amountMinor());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sha256(bytes.toByteArray());
    }

    private static void write(DataOutputStream out, UUID id) throws IOException {
        out.writeLong(id.getMostSignificantBits());
        out.writeLong(id.getLeastSignificantBits());
    }

    private static void write(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(utf8.length);
        out.write(utf8);
    }

    private static void write(DataOutputStream out, Instant time) throws IOException {
        out.writeLong(time.toEpochMilli());
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
