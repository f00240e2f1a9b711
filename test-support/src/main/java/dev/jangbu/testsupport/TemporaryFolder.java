package dev.jangbu.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Temporary folders, in memory if the machine has a tmpfs with enough space. Brokers and state stores flush to disk with
 * each commit, which is slow on a busy disk.
 *
 * <p>In a JUnit test: {@code @TempDir(factory = TemporaryFolder.class) Path folder}.
 */
public final class TemporaryFolder implements TempDirFactory {

    private static final Path TMPFS = Path.of("/dev/shm");
    private static final long MIN_TMPFS_BYTES = 2L << 30;

    /** Followed by the process id: the folders of a JVM that was killed can be recognised. */
    private static final String PREFIX = "jangbu-test-";

    static {
        deleteFoldersOfKilledJvms();
    }

    /** For JUnit, which creates and deletes the folder. */
    public TemporaryFolder() {}

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) {
        return createFolder("junit");
    }

    /** Creates a folder that is deleted at the end of the JVM. */
    public static Path create(String name) {
        Path folder = createFolder(name);
        AtJvmEnd.run(() -> delete(folder));
        return folder;
    }

    /** Deletes a file, or a folder with its content. Does nothing if it is missing. */
    public static void delete(Path folder) {
        try {
            Utils.delete(folder.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path createFolder(String name) {
        String prefix = PREFIX + ProcessHandle.current().pid() + "-" + name + "-";
        try {
            return isUsable(TMPFS) ? Files.createTempDirectory(TMPFS, prefix) : Files.createTempDirectory(prefix);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isUsable(Path tmpfs) throws IOException {
        return Files.isWritable(tmpfs) && Files.getFileStore(tmpfs).getUsableSpace() >= MIN_TMPFS_BYTES;
    }

    /** Folders in memory would use it up until the machine restarts. */
    private static void deleteFoldersOfKilledJvms() {
        if (!Files.isWritable(TMPFS)) {
            return;
        }
        try (Stream<Path> folders = Files.list(TMPFS)) {
            folders.filter(TemporaryFolder::isOrphan).toList().forEach(TemporaryFolder::delete);
        } catch (IOException | UncheckedIOException e) {
            System.err.println("Cannot delete the temporary folders of earlier tests: " + e);
        }
    }

    private static boolean isOrphan(Path folder) {
        Matcher name = Pattern.compile(PREFIX + "(\\d+)-.*")
                .matcher(folder.getFileName().toString());
        return name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty();
    }
}
