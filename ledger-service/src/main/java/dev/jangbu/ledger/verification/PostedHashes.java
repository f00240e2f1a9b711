package dev.jangbu.ledger.verification;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The settlement and hash of each posting of a book, by journal number. Stored in a temporary file, 48 bytes per
 * journal, because the number of journals is unbounded. Not thread-safe.
 */
final class PostedHashes {

    private static final int SLOT_BYTES = 16 + 32;

    private final MemorySegment slots;
    private final long lastNo;
    private long count;

    /**
     * @param lastNo the highest journal number
     * @param arena the lifetime of the file's memory
     */
    PostedHashes(long lastNo, Arena arena) throws IOException {
        this.lastNo = lastNo;
        Path path = Files.createTempFile("jangbu-postings", ".bin");
        try (FileChannel file = FileChannel.open(
                path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
            this.slots = file.map(FileChannel.MapMode.READ_WRITE, 0, lastNo * SLOT_BYTES, arena);
        }
    }

    /** @param hash 32 bytes */
    record PostedHash(UUID settlementId, ByteBuffer hash) {}

    /** The highest journal number. */
    long lastNo() {
        return lastNo;
    }

    /** The number of journals without a posting. */
    long missing() {
        return lastNo - count;
    }

    /** Stores a posting. Returns false if the number has one already. */
    boolean put(long no, PostedHash posted) {
        if (get(no) != null) {
            return false;
        }
        slot(no).putLong(posted.settlementId().getMostSignificantBits())
                .putLong(posted.settlementId().getLeastSignificantBits())
                .put(posted.hash().duplicate());
        count++;
        return true;
    }

    @Nullable
    PostedHash get(long no) {
        ByteBuffer slot = slot(no);
        UUID id = new UUID(slot.getLong(), slot.getLong());
        byte[] hash = new byte[32];
        slot.get(hash);
        // No settlement has the nil id: settlement ids are UUIDs of version 7.
        return id.getMostSignificantBits() == 0 && id.getLeastSignificantBits() == 0
                ? null
                : new PostedHash(id, ByteBuffer.wrap(hash));
    }

    private ByteBuffer slot(long no) {
        return slots.asSlice((no - 1) * SLOT_BYTES, SLOT_BYTES).asByteBuffer();
    }
}
