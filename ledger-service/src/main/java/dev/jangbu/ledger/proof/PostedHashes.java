package dev.jangbu.ledger.proof;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the postings say of each journal of a book, by its number: in a temporary file rather than in memory, since there may
 * be any number of them, 48 bytes each.
 */
final class PostedHashes implements AutoCloseable {

    private static final int SLOT_BYTES = 16 + 32;
    private static final int SLOTS_PER_SEGMENT = 1 << 16;

    private final FileChannel file;
    private final List<MappedByteBuffer> segments = new ArrayList<>();
    private final long lastNo;
    private long count;

    /** @param lastNo the highest number that is asked for */
    PostedHashes(long lastNo) throws IOException {
        this.lastNo = lastNo;
        Path path = Files.createTempFile("jangbu-postings", ".bin");
        this.file = FileChannel.open(
                path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
    }

    /** @param hash 32 bytes */
    record Said(UUID settlementId, ByteBuffer hash) {}

    /** The highest number that is kept. */
    long lastNo() {
        return lastNo;
    }

    /** How many of the numbers have a posting. */
    long count() {
        return count;
    }

    /** Keeps what a posting says; false if another one has said something of the same number. */
    boolean put(long no, Said said) throws IOException {
        if (get(no) != null) {
            return false;
        }
        ByteBuffer slot = slot(no);
        slot.putLong(said.settlementId().getMostSignificantBits());
        slot.putLong(said.settlementId().getLeastSignificantBits());
        slot.put(said.hash().duplicate());
        count++;
        return true;
    }

    @Nullable
    Said get(long no) throws IOException {
        ByteBuffer slot = slot(no);
        UUID id = new UUID(slot.getLong(), slot.getLong());
        byte[] hash = new byte[32];
        slot.get(hash);
        // No settlement has the id of zeros: the outbox takes ids of version 7 alone.
        return id.getMostSignificantBits() == 0 && id.getLeastSignificantBits() == 0
                ? null
                : new Said(id, ByteBuffer.wrap(hash));
    }

    @Override
    public void close() throws IOException {
        segments.clear();
        file.close();
    }

    private ByteBuffer slot(long no) throws IOException {
        if (no < 1 || no > lastNo) {
            throw new IllegalArgumentException("No journal has the number " + no);
        }
        int segment = Math.toIntExact((no - 1) / SLOTS_PER_SEGMENT);
        while (segments.size() <= segment) {
            long size = (long) SLOTS_PER_SEGMENT * SLOT_BYTES;
            segments.add(file.map(FileChannel.MapMode.READ_WRITE, segments.size() * size, size));
        }
        int at = (int) ((no - 1) % SLOTS_PER_SEGMENT) * SLOT_BYTES;
        return segments.get(segment).slice(at, SLOT_BYTES);
    }
}
