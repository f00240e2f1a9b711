package dev.jangbu.local.supervision;

import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Stack;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
        long saved = file.toFile().lastModified();
        return saved > 0 && jars.stream().allMatch(jar -> newest(jar) <= saved);
    }

    /** Dumps the archive of a running JVM, which pauses meanwhile. If the dump fails, the next start is slower. */
    void save(long pid) throws InterruptedException {
        Path incomplete = file.resolveSibling(file.getFileName() + "." + pid);
        try {
            Files.createDirectories(file.getParent());
            boolean saved = JvmCommand.jcmd(pid, Redirect.DISCARD, "VM.cds", "dynamic_dump", incomplete.toString());
            if (saved && Files.exists(incomplete)) {
                Files.move(incomplete, file, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.deleteIfExists(incomplete);
        } catch (IOException e) {
            // The next start is slower.
        }
    }

    /** The time of the last change of a jar, or of a folder and its jars. */
    private static long newest(Path path) {
        File[] jars = Objects.requireNonNullElse(path.toFile().listFiles(), new File[0]);
        return Stream.concat(Stream.of(path.toFile()), Stream.of(jars))
                .mapToLong(File::lastModified)
                .max()
                .orElseThrow();
    }
}
