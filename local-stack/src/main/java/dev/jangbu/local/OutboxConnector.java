package dev.jangbu.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** The connector that carries the outbox into Kafka: created at Connect, then watched. */
final class OutboxConnector {

    static final String NAME = "outbox";

    private static final String SLOT = "jangbu_outbox";
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(100);
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(2);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(30);

    private final ObjectMapper json = new ObjectMapper();
    private final Postgres postgres;
    private final Path configFile;
    private final String url;
    private final Console console;

    OutboxConnector(Stack stack, Console console) {
        this.postgres = new Postgres(stack);
        this.configFile = stack.home().resolve("connect-config").resolve("outbox-connector.json");
        this.url = stack.ports().url(PartName.CONNECT) + "/connectors/" + NAME;
        this.console = console;
    }

    /**
     * Creates the connector, or changes it to what the file says, and waits until it streams.
     *
     * @throws CommandException if it doesn't in time
     */
    void create() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        String refused = "nothing answered";
        boolean configured = false;
        while (System.nanoTime() - begin < START_LIMIT.toNanos()) {
            try {
                if (!configured) {
                    refused = configure();
                    configured = refused.isEmpty();
                }
                if (configured && streams()) {
                    console.ready("outbox connector", "slot " + SLOT, Duration.ofNanos(System.nanoTime() - begin));
                    return;
                }
            } catch (IOException | SQLException e) {
                refused = e.toString();
            }
            Thread.sleep(PROBE_INTERVAL);
        }
        throw new CommandException("The outbox connector doesn't stream after %d s: %s"
                .formatted(START_LIMIT.toSeconds(), configured ? status() : refused));
    }

    /** Restarts what has failed, for as long as this process lives: Connect itself leaves a failed task alone. */
    void watch() {
        Duration wait = WATCH_INTERVAL;
        try {
            while (true) {
                Thread.sleep(wait);
                wait = hasFailed() ? restart(wait) : WATCH_INTERVAL;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Duration restart(Duration waited) throws InterruptedException {
        console.trouble("outbox connector", "failed (see connect.log); restarting it");
        try {
            Probe.send("POST", url + "/restart?includeTasks=true&onlyFailed=true", "");
        } catch (IOException e) {
            // Connect itself is being restarted, then.
        }
        Duration doubled = waited.multipliedBy(2);
        return doubled.compareTo(LONGEST_BACKOFF) < 0 ? doubled : LONGEST_BACKOFF;
    }

    /** Why Connect refused, or nothing. After an unclean end it refuses for some seconds, so that is worth a retry. */
    private String configure() throws IOException, InterruptedException {
        ObjectNode wanted = (ObjectNode) json.readTree(Files.readString(configFile));
        wanted.put("name", NAME);
        HttpResponse<String> present = Probe.get(url + "/config");
        if (present.statusCode() == 200 && json.readTree(present.body()).equals(wanted)) {
            return "";
        }
        HttpResponse<String> answer = Probe.send("PUT", url + "/config", json.writeValueAsString(wanted));
        return answer.statusCode() < 300 ? "" : answer.statusCode() + " " + answer.body();
    }

    private boolean streams() throws IOException, InterruptedException, SQLException {
        JsonNode status = json.readTree(status());
        return status.at("/connector/state").asText().equals("RUNNING")
                && status.at("/tasks/0/state").asText().equals("RUNNING")
                && slotIsActive();
    }

    private boolean hasFailed() throws InterruptedException {
        try {
            JsonNode status = json.readTree(status());
            return status.at("/connector/state").asText().equals("FAILED")
                    || status.at("/tasks/0/state").asText().equals("FAILED");
        } catch (IOException e) {
            return false;
        }
    }

    private String status() throws IOException, InterruptedException {
        return Probe.get(url + "/status").body();
    }

    private boolean slotIsActive() throws SQLException {
        try (Connection connection = postgres.superuser("jangbu_payment");
                Statement statement = connection.createStatement();
                ResultSet slot = statement.executeQuery(
                        "SELECT active FROM pg_replication_slots WHERE slot_name = '" + SLOT + "'")) {
            return slot.next() && slot.getBoolean(1);
        }
    }
}
