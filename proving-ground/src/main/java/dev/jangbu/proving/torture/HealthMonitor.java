package dev.jangbu.proving.torture;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.stack.EphemeralStack;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final ObjectMapper json = new ObjectMapper();
    private final Admin admin;
    private final Map<String, State> states = new TreeMap<>();
    private final List<Thread> threads = new ArrayList<>();

    /** An outage, milliseconds of the run. */
    record Outage(long from, long to) {}

    private interface Probe {
        boolean check() throws IOException, SQLException, InterruptedException, ExecutionException, TimeoutException;
    }

    private static final class State {
        private final List<Outage> outages = new ArrayList<>();
        private boolean healthy = true;
        private long since;
        private long lastSuccessAt = -1;

        synchronized void record(boolean success, long startedAt, long endedAt) {
            boolean slow = endedAt - startedAt > TIMEOUT.toMillis();
            if (success && slow) {
                record(false, startedAt, endedAt);
            }
            if (success) {
                if (!healthy) {
                    outage(new Outage(since, endedAt));
                }
                healthy = true;
                lastSuccessAt = startedAt;
            } else if (healthy) {
                healthy = false;
                since = startedAt;
            }
        }

        synchronized List<Outage> outages(long now) {
            List<Outage> all = new ArrayList<>(outages);
            if (!healthy) {
                all.add(new Outage(since, now));
            }
            return all;
        }

        synchronized boolean wasHealthySince(long at) {
            return healthy && lastSuccessAt >= at;
        }

        private void outage(Outage outage) {
            if (outages.size() < MAX_OUTAGES) {
                outages.add(outage);
            }
        }
    }

    HealthMonitor(EphemeralStack stack, Installation address, RunClock time) {
        this.address = address;
        this.time = time;
        this.admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                address.kafka(),
                AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                200,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                3_900,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                4_000));
        watch("postgres", this::postgres);
        watch("kafka", this::kafka);
        watch("registry", () -> isOk(address.registry() + "/apis/ccompat/v7/subjects"));
        watch("connect", this::connector);
        watch("psp-simulator", () -> isOk(address.simulator() + "/simulator/health"));
        watch("payment-api", () -> isOk(address.api() + "/payments?limit=1"));
        for (String service : List.of("streams-processor", "ledger-service")) {
            watch(service, () -> isOk("http://127.0.0.1:" + stack.port(service) + "/actuator/health/readiness"));
        }
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

    private void watch(String part, Probe probe) {
        State state = new State();
        states.put(part, state);
        threads.add(Thread.ofVirtual().name("health of " + part).start(() -> {
            try {
                while (true) {
                    long startedAt = time.nowMs();
                    boolean success = isHealthy(probe);
                    state.record(success, startedAt, time.nowMs());
                    Thread.sleep(INTERVAL);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    private static boolean isHealthy(Probe probe) throws InterruptedException {
        try {
            return probe.check();
        } catch (IOException | SQLException | ExecutionException | TimeoutException | KafkaException e) {
            return false;
        }
    }

    private boolean postgres() throws SQLException {
        try (Connection connection = address.openLedger()) {
            return connection.isValid((int) TIMEOUT.toSeconds());
        }
    }

    private boolean kafka() throws InterruptedException, ExecutionException, TimeoutException {
        return !admin.describeCluster()
                .nodes()
                .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .isEmpty();
    }

    /** The worker responds before its task runs. */
    private boolean connector() throws IOException, InterruptedException {
        var response = http.send(request(address.connect() + "/connectors/outbox/status"), BodyHandlers.ofByteArray());
        return response.statusCode() == 200
                && json.readTree(response.body())
                        .path("tasks")
                        .path(0)
                        .path("state")
                        .asText()
                        .equals("RUNNING");
    }

    private boolean isOk(String url) throws IOException, InterruptedException {
        return http.send(request(url), BodyHandlers.discarding()).statusCode() == 200;
    }

    private HttpRequest request(String url) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT);
        if (url.startsWith(address.api())) {
            request.header("Authorization", "Bearer " + address.apiKey());
        }
        return request.build();
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
        admin.close(Duration.ofSeconds(1));
        http.shutdownNow();
    }
}
