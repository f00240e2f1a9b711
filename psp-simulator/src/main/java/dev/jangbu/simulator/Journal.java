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
 * An append-only file of lines that survives kill -9 at any byte.
 *
 * <p>Group commit: of the callers that wait in {@link #awaitForced}, one writes and forces all lines appended so far
 * while the others wait for it, so that many concurrent calls share one force. A line without its line break at the end
 * of the file was never acknowledged; it is cut off when the file is opened.
 */
final class Journal implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

    private final FileChannel channel;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progress = lock.newCondition();
    private ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private long appended;
    private long forced;
    private boolean writing;
    private @Nullable IOException failure;

    private Journal(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Opens or creates the file and hands each of its whole lines to {@code replay}, in order.
     *
     * @throws IOException if the file cannot be read, or another process has it open
     */
    static Journal open(Path file, Consumer<byte[]> replay) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            lockAgainstOthers(channel, file);
            long end = replayLines(channel, replay);
            channel.truncate(end);
            channel.position(end);
            channel.force(true);
            forceName(file);
            return new Journal(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Adds a line to those that the next force takes along. Its number is the new {@link #appended}. */
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

    /** The number of the last line appended. */
    long appended() {
        lock.lock();
        try {
            return appended;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns when the line and all before it are on the disk.
     *
     * @throws BookUnusableException if they cannot be written; from then on every call throws, because memory is ahead
     *     of the file and only opening it again says what is true
     */
    void awaitForced(long line) {
        lock.lock();
        try {
            while (failure == null && forced < line) {
                if (writing) {
                    progress.awaitUninterruptibly();
                } else {
                    writePending();
                }
            }
            if (failure != null) {
                throw new BookUnusableException("the book cannot be written", failure);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Called with the lock held; gives it up while the disk works, so that others can append to the next batch. */
    private void writePending() {
        ByteBuffer batch = ByteBuffer.wrap(pending.toByteArray());
        long last = appended;
        pending = new ByteArrayOutputStream();
        writing = true;
        lock.unlock();
        // Until the force has returned, whatever ends this is a failure, errors of the machine included.
        IOException failed = new IOException("the book could not be written");
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
                LOG.error("The book cannot be written; every call fails until a restart", failed);
            }
            progress.signalAll();
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static void lockAgainstOthers(FileChannel channel, Path file) throws IOException {
        try {
            if (channel.tryLock() == null) {
                throw new IOException("another process has the book open: " + file);
            }
        } catch (OverlappingFileLockException e) {
            throw new IOException("this process has the book open already: " + file, e);
        }
    }

    /** Returns the offset behind the last whole line. */
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

    /** A new file is only there after a crash of the machine if its folder was forced too. */
    private static void forceName(Path file) throws IOException {
        try (FileChannel folder = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }
}
