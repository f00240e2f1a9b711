package dev.jangbu.local.supervision;

import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A class archive of a part's JVM: its loaded, parsed and verified classes, saved when the stack stops. It halves the
 * time of the next start. The JVM rejects an archive that does not match its class path.
 *
 * @param file the archive, which need not exist
 * @param jars the class path; a newer file in it invalidates the archive
 * @see <a href="https://openjdk.org/jeps/350">JEP 350: Dynamic CDS Archives</a>
 */
record StartupArchive(Path file, List<Path> jars) {

    private static final int TIMEOUT_SECONDS = 30;

    /**
     * The archive of a part. PostgreSQL is not a JVM. The broker has none: after a dump, a JVM can crash when it
     * first needs another lambda (JDK 25: SIGSEGV in LambdaProxyClassDictionary), and the broker's stop writes data.
     */
    static Optional<StartupArchive> of(Stack stack, PartName part) {
        return switch (part) {
            case POSTGRES, KAFKA -> Optional.empty();
            case REGISTRY -> Optional.of(archive(stack, part, "local-stack/target/registry"));
            case CONNECT -> Optional.of(ofModule(stack, part, "local-stack"));
            case PSP_SIMULATOR, PAYMENT_API, STREAMS_PROCESSOR, LEDGER_SERVICE ->
                Optional.of(ofModule(stack, part, part.text()));
        };
    }

    private static StartupArchive ofModule(Stack stack, PartName part, String module) {
        return archive(stack, part, module + "/target/" + module + ".jar", module + "/target/lib");
    }

    private static StartupArchive archive(Stack stack, PartName part, String... jars) {
        return new StartupArchive(
                stack.home().resolve("local-stack/target/startup/" + part.text() + "-" + Runtime.version() + ".jsa"),
                Stream.of(jars).map(stack.home()::resolve).toList());
    }

    /** False with {@code JANGBU_STARTUP_ARCHIVES=off}: a short-lived stack does not repay the dump. */
    static boolean isEnabled() {
        return !"off".equals(System.getenv("JANGBU_STARTUP_ARCHIVES"));
    }

    /** The JVM options that use the archive, or prepare its dump. */
    List<String> options() {
        if (isCurrent()) {
            return List.of("-XX:SharedArchiveFile=" + file, "-Xlog:cds*=off");
        }
        return isEnabled() ? List.of("-XX:+RecordDynamicDumpInfo") : List.of();
    }

    boolean isCurrent() {
        try {
            if (Files.notExists(file)) {
                return false;
            }
            FileTime saved = Files.getLastModifiedTime(file);
            for (Path jar : jars) {
                if (newest(jar).compareTo(saved) > 0) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Dumps the archive of a running JVM, which pauses meanwhile. If the dump fails, the next start is slower. */
    void save(long pid) throws InterruptedException {
        Path incomplete = file.resolveSibling(file.getFileName() + "." + pid);
        try {
            Files.createDirectories(file.getParent());
            Process jcmd = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            Long.toString(pid),
                            "VM.cds",
                            "dynamic_dump",
                            incomplete.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!jcmd.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                jcmd.destroyForcibly();
            } else if (jcmd.exitValue() == 0 && Files.exists(incomplete)) {
                Files.move(incomplete, file, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.deleteIfExists(incomplete);
        } catch (IOException e) {
            // The next start is slower.
        }
    }

    private static FileTime newest(Path path) throws IOException {
        try (Stream<Path> files = Files.walk(path, 1)) {
            return files.map(StartupArchive::modified)
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
    }

    private static FileTime modified(Path path) {
        try {
            return Files.getLastModifiedTime(path);
        } catch (IOException e) {
            return FileTime.fromMillis(Long.MAX_VALUE);
        }
    }
}
