package dev.jangbu.local;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** The PostgreSQL server's programs, unpacked once from the jar that carries them. */
final class PostgresBinaries {

    private static final String ARCHIVE = "postgres-linux-x86_64.txz";

    private PostgresBinaries() {}

    /**
     * The folder with {@code bin}, {@code lib} and {@code share}.
     *
     * @param cache where folders of unpacked programs are kept, one for each version
     * @throws CommandException on a kind of machine that the jar has no programs for
     */
    static Path in(Path cache) throws IOException {
        if (!System.getProperty("os.name").equals("Linux")
                || !System.getProperty("os.arch").equals("amd64")) {
            throw new CommandException(
                    "The local stack carries PostgreSQL for Linux on x86-64 only, and this is %s on %s."
                            .formatted(System.getProperty("os.name"), System.getProperty("os.arch")));
        }
        URL archive = PostgresBinaries.class.getResource("/" + ARCHIVE);
        if (archive == null) {
            throw new CommandException("PostgreSQL's programs are missing from local-stack/target/lib: build again.");
        }
        Path unpacked = cache.resolve(jarName(archive));
        if (!Files.isDirectory(unpacked)) {
            Files.createDirectories(cache);
            Path fresh = Files.createTempDirectory(cache, "unpacking-");
            unpack(archive, fresh);
            publish(fresh, unpacked);
        }
        return unpacked;
    }

    /** Another stack may have been faster; its folder is as good. What an atomic move says then is up to the system. */
    private static void publish(Path fresh, Path unpacked) throws IOException {
        try {
            Files.move(fresh, unpacked, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(unpacked)) {
                throw e;
            }
            DataDirectory.delete(fresh);
        }
    }

    private static String jarName(URL archive) {
        String jar = archive.toString().replaceFirst("\\.jar!/.*", "");
        return jar.substring(jar.lastIndexOf('/') + 1);
    }

    private static void unpack(URL archive, Path folder) throws IOException {
        try (InputStream bytes = archive.openStream();
                TarArchiveInputStream tar =
                        new TarArchiveInputStream(new XZCompressorInputStream(new BufferedInputStream(bytes)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path file = folder.resolve(entry.getName()).normalize();
                if (!file.startsWith(folder)) {
                    throw new IOException(entry.getName() + " leads out of the archive");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                    continue;
                }
                Files.createDirectories(file.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, file);
                    boolean program = (entry.getMode() & 0100) != 0;
                    Files.setPosixFilePermissions(
                            file, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }
}
