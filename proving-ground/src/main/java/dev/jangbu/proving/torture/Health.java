package dev.jangbu.proving.torture;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jangbu.proving.stack.OwnStack;
import dev.jangbu.proving.stack.StackAddress;
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

/** Asks each part four times a second whether it works, and remembers when it did not. */
final class Health implements AutoCloseable {

    private static final Duration EVERY = Duration.ofMillis(250);
    private static final Duration ANSWERS_WITHIN = Duration.ofMillis(1_500);
    private static final int GAPS_KEPT = 10_000;

    private final StackAddress address;
    private final RunTime time;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(ANSWERS_WITHIN).build();
    private final ObjectMapper json = new ObjectMapper();
    private final Admin admin;
    private final Map<String, State> states = new TreeMap<>();
    private final List<Thread> asking = new ArrayList<>();

    /** A time in which a part did not work, in milliseconds of the run. */
    record Gap(long from, long to) {}

    private interface Question {
        boolean ask() throws IOException, SQLException, InterruptedException, ExecutionException, TimeoutException;
    }

    private static final class State {
        private final List<Gap> gaps = new ArrayList<>();
        private boolean works = true;
        private long since;
        private long lastGoodAsked = -1;

        synchronized void said(boolean good, long asked, long answered) {
            boolean slow = answered - asked > ANSWERS_WITHIN.toMillis();
            if (good && slow) {
                said(false, asked, answered);
            }
            if (good) {
                if (!works) {
                    gap(new Gap(since, answered));
                }
                works = true;
                lastGoodAsked = asked;
            } else if (works) {
                works = false;
                since = asked;
            }
        }

        synchronized List<Gap> gaps(long now) {
            List<Gap> all = new ArrayList<>(gaps);
            if (!works) {
                all.add(new Gap(since, now));
            }
            return all;
        }

        synchronized boolean workedAfter(long at) {
            return works && lastGoodAsked >= at;
        }

        private void gap(Gap gap) {
            if (gaps.size() < GAPS_KEPT) {
                gaps.add(gap);
            }
        }
    }

    Health(OwnStack stack, StackAddress address, RunTime time) {
        this.address = address;
        this.time = time;
        this.admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                address.kafka(),
                AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                200,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                1_400,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                1_500));
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

    /** Whether a part answered well to a question that was asked at that time or later, and works still. */
    boolean workedAfter(String part, long at) {
        State state = states.get(part);
        return state != null && state.workedAfter(at);
    }

    /** When each part did not work. */
    Map<String, List<Gap>> gaps() {
        Map<String, List<Gap>> gaps = new TreeMap<>();
        states.forEach((part, state) -> gaps.put(part, state.gaps(time.nowMs())));
        return gaps;
    }

    private void watch(String part, Question question) {
        State state = new State();
        states.put(part, state);
        asking.add(Thread.ofVirtual().name("health of " + part).start(() -> {
            try {
                while (true) {
                    long asked = time.nowMs();
                    boolean good = answer(question);
                    state.said(good, asked, time.nowMs());
                    Thread.sleep(EVERY);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    private static boolean answer(Question question) throws InterruptedException {
        try {
            return question.ask();
        } catch (IOException | SQLException | ExecutionException | TimeoutException | KafkaException e) {
            return false;
        }
    }

    private boolean postgres() throws SQLException {
        try (Connection connection = address.openLedger()) {
            return connection.isValid(1);
        }
    }

    private boolean kafka() throws InterruptedException, ExecutionException, TimeoutException {
        return !admin.describeCluster()
                .nodes()
                .get(ANSWERS_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                .isEmpty();
    }

    /** The worker answers before its task runs. */
    private boolean connector() throws IOException, InterruptedException {
        var answer = http.send(request(address.connect() + "/connectors/outbox/status"), BodyHandlers.ofByteArray());
        return answer.statusCode() == 200
                && json.readTree(answer.body())
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
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(ANSWERS_WITHIN);
        if (url.startsWith(address.api())) {
            request.header("Authorization", "Bearer " + address.apiKey());
        }
        return request.build();
    }

    @Override
    public void close() {
        asking.forEach(Thread::interrupt);
        admin.close(Duration.ofSeconds(1));
        http.shutdownNow();
    }
}
