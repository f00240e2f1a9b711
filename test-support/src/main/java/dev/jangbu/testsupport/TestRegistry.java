package dev.jangbu.testsupport;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The real schema registry as a process, empty and in memory, on a free port. Starts within seconds. */
public final class TestRegistry implements AutoCloseable {

    /** The build of this module unpacks it here. */
    private static final Path PROGRAM = Path.of("test-support", "target", "registry", "quarkus-run.jar");

    private static final Duration TIMEOUT = Duration.ofSeconds(180);

    private final URI url = URI.create("http://127.0.0.1:" + FreePorts.next());
    private final Path folder = TemporaryFolder.create("registry");
    private final ChildProcess process;

    /**
     * Starts the process, without waiting for it.
     *
     * @throws IllegalStateException if the program is not unpacked
     */
    public TestRegistry() {
        process = ChildProcess.start(
                List.of(
                        ChildProcess.java(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dquarkus.http.host=127.0.0.1",
                        "-Dquarkus.http.port=" + url.getPort(),
                        "-Dquarkus.management.host=127.0.0.1",
                        "-Dquarkus.management.port=" + FreePorts.next(),
                        "-jar",
                        program().toString()),
                Map.of(),
                folder,
                folder.resolve("registry.log"));
    }

    /** The base URL, also before the registry answers. */
    public URI url() {
        return url;
    }

    /** Returns when the registry answers. Fails with its output if it ends before. */
    public TestRegistry awaitReady() {
        TestHttpClient client = new TestHttpClient(url, Duration.ofSeconds(10));
        await("the registry answers")
                .atMost(TIMEOUT)
                .ignoreExceptions()
                .failFast(() -> {
                    if (!process.isAlive()) {
                        throw new AssertionError("The registry has ended: " + process.output());
                    }
                })
                .until(() -> client.get("/apis/ccompat/v7/subjects").status() == 200);
        return this;
    }

    /** Kills the process. */
    @Override
    public void close() {
        process.close();
    }

    /** Tests run in the folder of their module; the program is in a sibling of it, or of one of its parents. */
    private static Path program() {
        for (@Nullable Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve(PROGRAM))) {
                return folder.resolve(PROGRAM);
            }
        }
        throw new IllegalStateException("The registry is not unpacked: build test-support too, mvn test -pl … -am");
    }
}
