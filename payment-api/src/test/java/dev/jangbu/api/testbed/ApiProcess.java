package dev.jangbu.api.testbed;

import static org.awaitility.Awaitility.await;

import dev.jangbu.api.database.PaymentsDatabase;
import dev.jangbu.testsupport.ChildProcess;
import dev.jangbu.testsupport.FreePorts;
import dev.jangbu.testsupport.TemporaryFolder;
import dev.jangbu.testsupport.TestBroker;
import dev.jangbu.testsupport.TestHttpClient;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The service as a separate process that a test can kill. */
public final class ApiProcess implements AutoCloseable {

    private final int port = FreePorts.next();
    private final ChildProcess process;

    /**
     * Starts the process and waits until it accepts payments.
     *
     * @param main the class to start
     */
    public ApiProcess(Class<?> main, PaymentsDatabase database, String... settings) {
        int management = FreePorts.next();
        List<String> all = new ArrayList<>(List.of(settings));
        all.addAll(List.of("server.port=" + port, "management.server.port=" + management));
        List<String> arguments = Testbed.arguments(
                database,
                Testbed.registry(),
                TestBroker.address(),
                Testbed.psp().url(),
                Testbed.wallets().url(),
                all.toArray(String[]::new));
        process = ChildProcess.startJava(
                main, TemporaryFolder.create("payment-api").resolve("log"), List.of("-Xmx192m"), arguments);
        try {
            awaitReadiness(management);
            Testbed.awaitReady(client());
        } catch (RuntimeException | AssertionError e) {
            process.close();
            throw new AssertionError("The service doesn't start: " + process.output(), e);
        }
    }

    private void awaitReadiness(int management) {
        TestHttpClient actuator = TestHttpClient.of(management);
        await().atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .failFast("The process has ended", () -> !process.isAlive())
                .until(() -> actuator.get("/actuator/health/readiness").status() == 200);
    }

    public Client client() {
        return new Client(URI.create("http://127.0.0.1:" + port), Testbed.API_KEY);
    }

    /** Kills the process with SIGKILL and waits for its end. */
    public void kill() {
        process.kill();
    }

    @Override
    public void close() {
        kill();
    }
}
