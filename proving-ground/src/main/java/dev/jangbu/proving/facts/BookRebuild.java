package dev.jangbu.proving.facts;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.UUID;

/**
 * Rebuilds the journals of one book from its entries: numbers them and chains their hashes as the ledger's schema
 * specifies. The hash of a journal is SHA-256 over the previous journal's hash (32 zero bytes for the first) and the
 * journal in canonical bytes:
 *
 * <ul>
 *   <li>integers are big-endian,
 *   <li>a text is its length in bytes (int4) and its UTF-8 bytes,
 *   <li>a time is milliseconds since 1970 (int8).
 * </ul>
 */
public final class BookRebuild {

    private static final int HASH_BYTES = 32;

    private final int book;
    private long no;
    private byte[] head = new byte[HASH_BYTES];

    public BookRebuild(int book) {
        this.book = book;
    }

    /** A rebuilt journal: its number in the book and its hash in hexadecimal. */
    public record Journal(long no, String hash) {}

    /** The journal of the next entry. */
    public Journal next(LedgerEntry entry) throws IOException {
        no++;
        head = RecordBytes.sha256(bytes(entry));
        return new Journal(no, HexFormat.of().formatHex(head));
    }

    private byte[] bytes(LedgerEntry entry) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(head);
        write(out, UUID.fromString(entry.getSettlementId()));
        out.writeInt(book);
        out.writeLong(no);
        write(out, entry.getKind().name());
        write(out, UUID.fromString(entry.getReferenceId()));
        out.writeInt(entry.getReferenceParts());
        write(out, entry.getCurrency());
        write(out, entry.getWalletId());
        out.writeLong(entry.getWalletVersion());
        out.writeLong(entry.getBalanceAfter());
        out.writeLong(entry.getOccurredAt().toEpochMilli());
        out.writeLong(entry.getRecordedAt().toEpochMilli());
        out.writeInt(entry.getLines().size());
        for (LedgerLine line : entry.getLines()) {
            write(out, line.getAccount());
            write(out, line.getSide().name());
            write(out, entry.getCurrency());
            out.writeLong(line.getAmount());
        }
        return bytes.toByteArray();
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
}
