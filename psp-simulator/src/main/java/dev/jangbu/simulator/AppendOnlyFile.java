package dev.jangbu.simulator;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An append-only file of lines that survives kill -9 at any byte. Thread-safe.
 *
 * <p>Group commit: one of the callers of {@link #awaitDurable} writes and forces all lines appended so far while the
 * others wait for it, so that concurrent calls share one force. A last line without a line break was never acknowledged
 * and is truncated when the file is opened.
 */
final class AppendOnlyFile implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(AppendOnlyFile.class);

    private final FileChannel channel;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition flushed = lock.newCondition();
    private ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private long appended;
    private long forced;
    private boolean writing;
    private @Nullable IOException failure;

    private AppendOnlyFile(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Opens or creates the file and passes each complete line to {@code replay}, in order.
     *
     * @throws IOException if the file cannot be read, or is already open
     */
    static AppendOnlyFile open(Path file, Consumer<byte[]> replay) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            lockExclusively(channel, file);
            long end = replayLines(channel, replay);
            channel.truncate(end);
            channel.position(end);
            channel.force(true);
            forceFolder(file);
            return new AppendOnlyFile(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Adds a line to the next batch. Its number is the new {@link #appended}. */
    void append(byte[] line) {
        lock.lock();
        try {
            pending.writeBytes(line);
            pending.write('\n');
            appended++;
        } finally {
            lock.unlock();
        }
    }

    /** The number of the last appended line. */
    long appended() {
        lock.lock();
        try {
            return appended;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns when the line and all before it are on disk.
     *
     * @throws StoreFailedException if they cannot be written. Every later call throws as well, because memory is
     *     ahead of the file; only reopening recovers.
     */
    void awaitDurable(long line) {
        lock.lock();
        try {
            while (failure == null && forced < line) {
                if (writing) {
                    flushed.awaitUninterruptibly();
                } else {
                    flush();
                }
            }
            if (failure != null) {
                throw new StoreFailedException("the payment store cannot be written", failure);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Called with the lock held. Releases it during the write, so that other callers can append to the next batch. */
    private void flush() {
        ByteBuffer batch = ByteBuffer.wrap(pending.toByteArray());
        long last = appended;
        pending = new ByteArrayOutputStream();
        writing = true;
        lock.unlock();
        // Set until the force has returned, so that an Error is a failure too.
        IOException failed = new IOException("the payment store could not be written");
        try {
            while (batch.hasRemaining()) {
                channel.write(batch);
            }
            channel.force(false);
            failed = null;
        } catch (IOException e) {
            failed = e;
        } finally {
            lock.lock();
            writing = false;
            if (failed == null) {
                forced = last;
            } else {
                failure = failed;
                log.error("The payment store cannot be written; every call fails until a restart", failed);
            }
            flushed.signalAll();
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static void lockExclusively(FileChannel channel, Path file) throws IOException {
        try {
            if (channel.tryLock() == null) {
                throw new IOException("another process has the payment store open: " + file);
            }
        } catch (OverlappingFileLockException e) {
            throw new IOException("this process has the payment store open already: " + file, e);
        }
    }

    /** Returns the offset after the last complete line. */
    private static long replayLines(FileChannel channel, Consumer<byte[]> replay) throws IOException {
        InputStream in = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long end = 0;
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next == '\n') {
                replay.accept(line.toByteArray());
                end += line.size() + 1L;
                line.reset();
            } else {
                line.write(next);
            }
        }
        return end;
    }

    /** Forces the directory entry: without it a new file may be missing after a power failure. */
    private static void forceFolder(Path file) throws IOException {
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
