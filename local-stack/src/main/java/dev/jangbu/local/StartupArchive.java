package dev.jangbu.local;

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
 * The classes that a part's JVM had loaded, parsed and verified when it was stopped, kept for its next start: a start takes
 * about half the work with it. One for each build of a part; the JVM itself refuses one that doesn't fit its class path.
 *
 * @param file where it is, or will be
 * @param jars what it was made from: once one is newer, it is made again
 * @see <a href="https://openjdk.org/jeps/350">JEP 350: Dynamic CDS Archives</a>
 */
record StartupArchive(Path file, List<Path> jars) {

    private static final int LIMIT_SECONDS = 30;

    /**
     * A part's; none for what is no JVM, and none for the broker: a JVM that was asked for its archive and goes on may crash when it
     * needs a lambda for the first time after that (JDK 25: SIGSEGV in LambdaProxyClassDictionary), and of these the broker
     * alone keeps data, and does a good deal in its orderly stop.
     */
    static Optional<StartupArchive> of(Stack stack, PartName part) {
        return switch (part) {
            case POSTGRES, KAFKA -> Optional.empty();
            case REGISTRY -> Optional.of(archive(stack, part, "local-stack/target/registry"));
            case CONNECT, PSP_SIMULATOR -> Optional.of(ofModule(stack, part, "local-stack"));
            case PAYMENT_API, STREAMS_PROCESSOR, LEDGER_SERVICE -> Optional.of(ofModule(stack, part, part.text()));
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

    /** {@code JANGBU_STARTUP_ARCHIVES=off} leaves them alone, where a stack lives too shortly to be worth it. */
    static boolean wanted() {
        return !"off".equals(System.getenv("JANGBU_STARTUP_ARCHIVES"));
    }

    /** The JVM's options that use it, or prepare for it to be made. */
    List<String> options() {
        if (isCurrent()) {
            return List.of("-XX:SharedArchiveFile=" + file, "-Xlog:cds*=off");
        }
        return wanted() ? List.of("-XX:+RecordDynamicDumpInfo") : List.of();
    }

    boolean isCurrent() {
        try {
            if (Files.notExists(file)) {
                return false;
            }
            FileTime made = Files.getLastModifiedTime(file);
            for (Path jar : jars) {
                if (newest(jar).compareTo(made) > 0) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Makes it from a running JVM, which pauses meanwhile. Without one the next start is slower, and that is all. */
    void save(long pid) throws InterruptedException {
        Path unfinished = file.resolveSibling(file.getFileName() + "." + pid);
        try {
            Files.createDirectories(file.getParent());
            Process jcmd = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            Long.toString(pid),
                            "VM.cds",
                            "dynamic_dump",
                            unfinished.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!jcmd.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                jcmd.destroyForcibly();
            } else if (jcmd.exitValue() == 0 && Files.exists(unfinished)) {
                Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.deleteIfExists(unfinished);
        } catch (IOException e) {
            // The same as above.
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
