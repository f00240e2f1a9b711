package dev.jangbu.local.parts;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jangbu.contract.ConnectApi;
import dev.jangbu.contract.ConnectApi.Response;
import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Stack;
import dev.jangbu.local.supervision.StackTask;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.console.Console;
import dev.jangbu.operator.console.InterruptibleTask;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/**
 * The connector that publishes the outbox to Kafka. Creates it at Connect, then restarts it when it fails: Connect does
 * not restart a failed task. It fails at each start of the database server until payment-api has opened the database. A
 * stopped connector is left to payment-api, which stops it when the database went back.
 */
public final class OutboxConnector implements StackTask {

    private static final String SLOT = "jangbu_outbox";
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration START_LIMIT = Duration.ofSeconds(300);
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(100);
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(2);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(30);

    private final Postgres postgres;
    private final Path configFile;
    private final ConnectApi connector;
    private final Console console;

    public OutboxConnector(Stack stack, Console console) {
        this.postgres = new Postgres(stack);
        this.configFile = stack.home().resolve("connect-config").resolve("outbox-connector.json");
        this.connector = new ConnectApi(URI.create(stack.ports().url(PartName.CONNECT)), TIMEOUT);
        this.console = console;
    }

    @Override
    public Set<PartName> dependencies() {
        // payment-api creates the tables and the publication.
        return Set.of(PartName.POSTGRES, PartName.CONNECT, PartName.PAYMENT_API);
    }

    @Override
    public void run() throws InterruptedException {
        create();
        Thread.ofVirtual().name("outbox-connector").start(InterruptibleTask.of(this::restartOnFailure));
    }

    /** Creates or updates the connector and waits until it streams or is stopped. */
    private void create() throws InterruptedException {
        long begin = System.nanoTime();
        String problem = "no response";
        boolean configured = false;
        long restarted = begin - WATCH_INTERVAL.toNanos();
        while (System.nanoTime() - begin < START_LIMIT.toNanos()) {
            try {
                if (!configured) {
                    problem = configure();
                    configured = problem.isEmpty();
                }
                if (configured) {
                    Response status = connector.status();
                    problem = status.body().toString();
                    if (status.isConnector("STOPPED")) {
                        console.printProblem("outbox connector", "stopped: read the health of payment-api");
                        return;
                    }
                    if (hasFailed(status) && System.nanoTime() - restarted > WATCH_INTERVAL.toNanos()) {
                        connector.restartFailed();
                        restarted = System.nanoTime();
                    }
                    if (status.isConnector("RUNNING") && status.isTask("RUNNING") && slotIsActive()) {
                        console.printReady(
                                "outbox connector", "slot " + SLOT, Duration.ofNanos(System.nanoTime() - begin));
                        return;
                    }
                }
            } catch (IOException | SQLException e) {
                problem = e.toString();
            }
            Thread.sleep(PROBE_INTERVAL);
        }
        throw new CommandException(
                "The outbox connector does not stream after %d s: %s".formatted(START_LIMIT.toSeconds(), problem));
    }

    private void restartOnFailure() throws InterruptedException {
        Duration wait = WATCH_INTERVAL;
        while (true) {
            Thread.sleep(wait);
            wait = hasFailed() ? restart(wait) : WATCH_INTERVAL;
        }
    }

    private Duration restart(Duration waited) {
        console.printProblem("outbox connector", "failed (see connect.log); restarting it");
        try {
            connector.restartFailed();
        } catch (IOException e) {
            // Connect is down; the supervisor restarts it.
        }
        return Collections.min(List.of(waited.multipliedBy(2), MAX_BACKOFF));
    }

    /** Connect's refusal; empty if it accepted. After an unclean stop it refuses for some seconds. */
    private String configure() throws IOException {
        ObjectNode config = (ObjectNode) new ObjectMapper().readTree(configFile.toFile());
        config.put("name", ConnectApi.CONNECTOR);
        Response present = connector.config();
        if (present.status() == 200 && present.body().equals(config)) {
            return "";
        }
        Response answer = connector.configure(config);
        return answer.isAccepted() ? "" : answer.status() + " " + answer.body();
    }

    private boolean hasFailed() {
        try {
            return hasFailed(connector.status());
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean hasFailed(Response status) {
        return status.isConnector("FAILED") || status.isTask("FAILED");
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
