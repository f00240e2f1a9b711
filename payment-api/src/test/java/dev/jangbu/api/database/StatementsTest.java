package dev.jangbu.api.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.CompletionProducer;
import dev.jangbu.api.testbed.Instance;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.testsupport.TestPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The number of statements for each payment, counted in the server's log; and the detection of unresponsive connections
 * although not every use is preceded by a validation.
 */
class StatementsTest {

    /**
     * More than the executions of any scheduled statement during the test, so that those count as 0 for each payment.
     */
    private static final int PAYMENTS = 100;

    private static final String COUNTED = "counted";

    private static final JsonMapper JSON = new JsonMapper();

    private static Instance instance;

    @BeforeAll
    static void start() throws SQLException {
        Testbed.database().execute("GRANT SET ON PARAMETER log_statement TO jangbu_payment");
        instance = Testbed.anotherInstance(
                "spring.r2dbc.properties.applicationName=" + COUNTED,
                "spring.r2dbc.properties.options=log_statement=all",
                // One statement for each call.
                "jangbu.group-commit.linger=0");
    }

    @AfterAll
    static void stop() throws SQLException {
        instance.close();
        Testbed.database().execute("REVOKE SET ON PARAMETER log_statement FROM jangbu_payment");
    }

    /** Creation, start of the confirmation, outcome. Completions are batched. */
    @Test
    void aPaymentTakesThreeStatements() throws SQLException {
        Client client = instance.client();
        int before = statements().size();

        List<String> ids = new ArrayList<>();
        List<Supplier<CompletableFuture<Reply>>> confirmations = new ArrayList<>();
        for (int i = 0; i < PAYMENTS; i++) {
            TestOrder shop = new TestOrder(client);
            String id = shop.create(2_000, 1_000).is(201).id();
            ids.add(id);
            confirmations.add(() -> client.postAsync(
                    "/payments/" + id + "/confirm", shop.confirmation(3_000), UUID.randomUUID(), "Prefer", "wait=30"));
        }
        List<CompletableFuture<Reply>> confirms =
                confirmations.stream().map(Supplier::get).toList();
        await().atMost(Duration.ofSeconds(60)).until(() -> approved(ids) == PAYMENTS);
        try (CompletionProducer completions = new CompletionProducer()) {
            ids.forEach(id -> completions.completed(SettlementKind.PAYMENT, id));
        }
        confirms.forEach(confirm -> confirm.join().is(200).of("COMPLETED"));

        List<String> executed = statements();
        Map<String, Integer> times = new TreeMap<>();
        executed.subList(before, executed.size()).forEach(statement -> times.merge(statement, 1, Integer::sum));
        assertThat(times.values().stream().mapToInt(count -> count / PAYMENTS).sum())
                .as(() -> table(times))
                .isEqualTo(3);
    }

    /** The idle sessions are stopped by SIGSTOP, as if the network dropped their packets; new sessions work. */
    @Test
    void anUnresponsiveConnectionIsReplaced() throws SQLException, IOException {
        Client client = instance.client();
        TestOrder shop = new TestOrder(client);
        String id = shop.create(1_000).is(201).id();
        List<String> stopped = idleSessions();
        assertThat(stopped).isNotEmpty();
        kill("-STOP", stopped);
        try {
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .until(() -> client.getAsync("/payments/" + id)
                                    .get(5, TimeUnit.SECONDS)
                                    .status()
                            == 200);
        } finally {
            kill("-CONT", stopped);
        }
    }

    private static List<String> idleSessions() throws SQLException {
        try (Connection connection = Testbed.database().asSuperuser();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT pid FROM pg_stat_activity WHERE state = 'idle' AND application_name = '" + COUNTED
                                + "'")) {
            List<String> pids = new ArrayList<>();
            while (row.next()) {
                pids.add(row.getString(1));
            }
            return pids;
        }
    }

    private static void kill(String signal, List<String> pids) throws IOException {
        List<String> command = new ArrayList<>(List.of("kill", signal));
        command.addAll(pids);
        new ProcessBuilder(command).start().onExit().join();
    }

    /** Executions of each statement, to find the superfluous one. */
    private static String table(Map<String, Integer> times) {
        StringBuilder table = new StringBuilder("statements for " + PAYMENTS + " payments");
        times.forEach((statement, count) -> table.append("%n%6d  %.110s".formatted(count, statement)));
        return table.append(System.lineSeparator()).toString();
    }

    /** The statements that the counted instance has executed so far, in order. */
    private static List<String> statements() throws SQLException {
        return TestPostgres.log()
                .lines()
                .map(StatementsTest::json)
                .filter(line -> COUNTED.equals(line.path("application_name").asString("")))
                .map(line -> line.path("message").asString(""))
                .filter(message -> message.startsWith("execute ") || message.startsWith("statement: "))
                .map(message -> message.substring(message.indexOf(':') + 1)
                        .replaceAll("\\s+", " ")
                        .strip())
                .toList();
    }

    /** Tolerates an incomplete last line. */
    private static JsonNode json(String line) {
        return line.endsWith("}") ? JSON.readTree(line) : JSON.createObjectNode();
    }

    private static long approved(List<String> ids) throws SQLException {
        try (Connection connection = Testbed.database().asSuperuser();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT count(*) FROM payments WHERE status = 'APPROVED' AND id IN ('"
                                + String.join("','", ids) + "')")) {
            row.next();
            return row.getLong(1);
        }
    }
}
