package dev.jangbu.settlement.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.state.internals.OffsetCheckpoint;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * Recovers from a failure of the local stores with a new process: a RocksDB that has failed stays unusable in this one.
 *
 * <ul>
 *   <li>Damaged: a failure with the RocksDB status Corruption, or a checkpoint or CURRENT file that can be read and is
 *       invalid. The next process deletes the stores before it starts the client, which restores them from their
 *       changelogs. This happens at most once in {@link #INTERVAL}; after that a person must look at the disk.
 *   <li>Unavailable: any other RocksDB status, or a file that can't be read or written, for instance on a full disk. The
 *       next process continues with the same stores.
 * </ul>
 *
 * <p>Two files beside the stores outlive the process: {@code APPLICATION.damaged} requests the deletion, {@code
 * APPLICATION.wiped} has the time of the last one. Thread-safe.
 */
final class StateRecovery {

    /** The time in which damaged stores are deleted at most once. */
    static final Duration INTERVAL = Duration.ofMinutes(10);

    enum Action {
        /** The stores are not the cause. */
        NONE,
        /** The process must end; its supervisor starts it again. */
        RESTART,
        /** A person must act. */
        STOP
    }

    /** @param reason for the log and the health state; empty for {@link Action#NONE} */
    record Decision(Action action, String reason) {}

    private static final Decision NONE = new Decision(Action.NONE, "");
    private static final Pattern CURRENT = Pattern.compile("(MANIFEST-\\d+)\\n");

    private static final Logger log = LoggerFactory.getLogger(StateRecovery.class);

    private final Path stores;
    private final Path request;
    private final Path last;
    private final Clock clock;

    /**
     * @param stateDir the setting {@code state-dir}
     * @param applicationId the folder of the stores in it
     */
    StateRecovery(Path stateDir, String applicationId, Clock clock) {
        this.stores = stateDir.resolve(applicationId);
        this.request = stateDir.resolve(applicationId + ".damaged");
        this.last = stateDir.resolve(applicationId + ".wiped");
        this.clock = clock;
    }

    /** Deletes the stores if an earlier process found them damaged. Call it before a client opens them. */
    void wipeIfDamaged() {
        try {
            if (Files.exists(request)) {
                FileSystemUtils.deleteRecursively(stores);
                Files.setLastModifiedTime(request, FileTime.from(clock.instant()));
                Files.move(request, last, StandardCopyOption.ATOMIC_MOVE);
                log.warn("Deleted the damaged stores in {}. They are restored from Kafka", stores);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The damaged stores in " + stores + " can't be deleted", e);
        }
    }

    /** Decides what follows from a failure, and requests the deletion of damaged stores. */
    Decision decide(Throwable failure) {
        try {
            // Kafka Streams reports an invalid file in various ways, so every failure is a reason to look.
            Optional<String> damage = corruption(failure).or(this::invalidFile);
            if (damage.isPresent()) {
                return damaged(damage.get());
            }
        } catch (IOException | UncheckedIOException e) {
            log.warn("The stores in {} can't be checked: {}", stores, e.toString());
        }
        return isUnavailable(failure)
                ? new Decision(Action.RESTART, "The disk of the stores fails: " + rootCause(failure))
                : NONE;
    }

    private Decision damaged(String damage) throws IOException {
        Optional<Instant> wipedAt = lastWipe();
        if (wipedAt.isPresent() && clock.instant().isBefore(wipedAt.get().plus(INTERVAL))) {
            return new Decision(
                    Action.STOP,
                    "The stores in %s are damaged again, and were already deleted at %s. Check the disk and the memory,"
                                    .formatted(stores, wipedAt.get())
                            + " then restart the service: " + damage);
        }
        Files.createDirectories(stores);
        Files.writeString(request, damage);
        return new Decision(
                Action.RESTART,
                "The stores in " + stores + " are damaged. A restart deletes them and restores them from Kafka: "
                        + damage);
    }

    private Optional<Instant> lastWipe() throws IOException {
        try {
            return Optional.of(Files.getLastModifiedTime(last).toInstant());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> corruption(Throwable failure) {
        return causes(failure)
                .filter(cause -> cause instanceof RocksDBException rocks
                        && rocks.getStatus() != null
                        && rocks.getStatus().getCode() == Status.Code.Corruption)
                .map(Throwable::toString)
                .findFirst();
    }

    /** Files that have no checksum. */
    private Optional<String> invalidFile() {
        if (!Files.isDirectory(stores)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.walk(stores)) {
            return files.filter(StateRecovery::isInvalid).findFirst().map(file -> "invalid content of " + file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isInvalid(Path file) {
        try {
            return switch (file.getFileName().toString()) {
                case "CURRENT" -> !isValidCurrent(file);
                case ".checkpoint" -> !isValidCheckpoint(file);
                default -> false;
            };
        } catch (IOException e) {
            // It can't be read, or was just replaced.
            return false;
        }
    }

    private static boolean isValidCurrent(Path file) throws IOException {
        var manifest = CURRENT.matcher(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        return manifest.matches() && Files.exists(file.resolveSibling(manifest.group(1)));
    }

    private static boolean isValidCheckpoint(Path file) throws IOException {
        // Fails if the disk does. After that, every failure is one of the content.
        Files.readAllBytes(file);
        try {
            new OffsetCheckpoint(file.toFile()).read();
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private static boolean isUnavailable(Throwable failure) {
        return causes(failure)
                .anyMatch(cause -> cause instanceof RocksDBException
                        || (cause instanceof ProcessorStateException
                                && (cause.getCause() == null || cause.getCause() instanceof IOException)));
    }

    private static Throwable rootCause(Throwable failure) {
        return causes(failure).reduce(failure, (first, second) -> second);
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }
}
