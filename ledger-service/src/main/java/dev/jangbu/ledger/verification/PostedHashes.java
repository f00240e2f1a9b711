package dev.jangbu.ledger.verification;

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
 * The settlement and hash of each posting of a book, by journal number. Stored in a temporary file, 48 bytes per
 * journal, because the number of journals is unbounded. Not thread-safe.
 */
final class PostedHashes implements AutoCloseable {

    private static final int SLOT_BYTES = 16 + 32;
    private static final int SLOTS_PER_SEGMENT = 1 << 16;

    private final FileChannel file;
    private final List<MappedByteBuffer> segments = new ArrayList<>();
    private final long lastNo;
    private long count;

    /** @param lastNo the highest journal number */
    PostedHashes(long lastNo) throws IOException {
        this.lastNo = lastNo;
        Path path = Files.createTempFile("jangbu-postings", ".bin");
        this.file = FileChannel.open(
                path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
    }

    /** @param hash 32 bytes */
    record PostedHash(UUID settlementId, ByteBuffer hash) {}

    /** The highest journal number. */
    long lastNo() {
        return lastNo;
    }

    /** The number of journals with a posting. */
    long count() {
        return count;
    }

    /** Stores a posting. Returns false if the number has one already. */
    boolean put(long no, PostedHash posted) throws IOException {
        if (get(no) != null) {
            return false;
        }
        ByteBuffer slot = slot(no);
        slot.putLong(posted.settlementId().getMostSignificantBits());
        slot.putLong(posted.settlementId().getLeastSignificantBits());
        slot.put(posted.hash().duplicate());
        count++;
        return true;
    }

    @Nullable
    PostedHash get(long no) throws IOException {
        ByteBuffer slot = slot(no);
        UUID id = new UUID(slot.getLong(), slot.getLong());
        byte[] hash = new byte[32];
        slot.get(hash);
        // No settlement has the nil id: settlement ids are UUIDs of version 7.
        return id.getMostSignificantBits() == 0 && id.getLeastSignificantBits() == 0
                ? null
                : new PostedHash(id, ByteBuffer.wrap(hash));
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
