package dev.jangbu.proving.torture;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.operator.console.InterruptibleTask;
import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.stack.Await;
import dev.jangbu.proving.stack.EphemeralStack;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;

/** Checks the health of each part four times a second and records outages. */
final class HealthMonitor implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofMillis(250);
    private static final Duration TIMEOUT = Duration.ofSeconds(4);
    private static final int MAX_OUTAGES = 10_000;

    private final Installation address;
    private final RunClock time;
    private final HttpApi http = new HttpApi("", "", TIMEOUT);
    private final HttpApi api;
    private final Admin admin;
    private final Map<String, State> states = new TreeMap<>();
    private final List<Thread> threads = new ArrayList<>();

    /** An outage, milliseconds of the run. */
    record Outage(long from, long to) {}

    private static final class State {

        private final List<Outage> outages = new ArrayList<>();
        private boolean healthy = true;
        private long since;
        private long lastSuccessAt = -1;

        /** A check that took too long is an outage, even if it succeeded. */
        synchronized void record(boolean success, long startedAt, long endedAt) {
            boolean slow = endedAt - startedAt > TIMEOUT.toMillis();
            if (healthy && (slow || !success)) {
                healthy = false;
                since = startedAt;
            }
            if (success) {
                if (!healthy && outages.size() < MAX_OUTAGES) {
                    outages.add(new Outage(since, endedAt));
                }
                healthy = true;
                lastSuccessAt = startedAt;
            }
        }

        synchronized List<Outage> outages(long now) {
            Stream<Outage> open = healthy ? Stream.empty() : Stream.of(new Outage(since, now));
            return Stream.concat(outages.stream(), open).toList();
        }

        synchronized boolean wasHealthySince(long at) {
            return healthy && lastSuccessAt >= at;
        }
    }

    HealthMonitor(EphemeralStack stack, Installation address, RunClock time) {
        this.address = address;
        this.time = time;
        this.api = new HttpApi(address.api(), address.apiKey(), TIMEOUT);
        this.admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, address.kafka(),
                AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 200,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 3_900,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 4_000));
        watch("postgres", this::postgres);
        watch("kafka", this::kafka);
        watch("registry", () -> isOk(http.get(address.registry() + "/apis/ccompat/v7/subjects")));
        watch("connect", this::connector);
        watch("psp-simulator", () -> isOk(http.get(address.simulator() + "/simulator/health")));
        // It reads, and its database is open to writes.
        watch(
                "payment-api",
                () -> isOk(api.get("/payments?limit=1")) && isOk(http.get(readiness(stack, "payment-api"))));
        for (String service : List.of("streams-processor", "ledger-service")) {
            watch(service, () -> isOk(http.get(readiness(stack, service))));
        }
    }

    private static String readiness(EphemeralStack stack, String service) {
        return "http://127.0.0.1:" + stack.port(service) + "/actuator/health/readiness";
    }

    /** True if a check that started at this time or later succeeded, and the part is still healthy. */
    boolean wasHealthySince(String part, long at) {
        State state = states.get(part);
        return state != null && state.wasHealthySince(at);
    }

    /** The outages of each part. */
    Map<String, List<Outage>> outages() {
        Map<String, List<Outage>> outages = new TreeMap<>();
        states.forEach((part, state) -> outages.put(part, state.outages(time.nowMs())));
        return outages;
    }

    private void watch(String part, Await.Attempt<Boolean> probe) {
        State state = new State();
        states.put(part, state);
        threads.add(Thread.ofVirtual().name("health of " + part).start(InterruptibleTask.of(() -> {
            while (true) {
                long startedAt = time.nowMs();
                boolean success = isHealthy(probe);
                state.record(success, startedAt, time.nowMs());
                Thread.sleep(INTERVAL);
            }
        })));
    }

    private static boolean isHealthy(Await.Attempt<Boolean> probe) throws InterruptedException {
        try {
            return probe.run();
        } catch (IOException | SQLException | ExecutionException | KafkaException e) {
            return false;
        }
    }

    private boolean postgres() throws SQLException {
        try (Connection connection = address.openLedger()) {
            return connection.isValid((int) TIMEOUT.toSeconds());
        }
    }

    /** Fails after the client's timeout. */
    private boolean kafka() throws InterruptedException, ExecutionException {
        return !admin.describeCluster().nodes().get().isEmpty();
    }

    /** The worker responds before its task runs. */
    private boolean connector() throws IOException {
        Response status = http.get(address.connect() + "/connectors/outbox/status");
        JsonNode task = status.body().path("tasks").path(0);
        return isOk(status) && task.path("state").asText().equals("RUNNING");
    }

    private static boolean isOk(Response response) {
        return response.status() == 200;
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
        admin.close(Duration.ofSeconds(1));
        http.close();
        api.close();
    }
}
