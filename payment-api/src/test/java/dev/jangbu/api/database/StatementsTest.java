package dev.jangbu.api.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Completions;
import dev.jangbu.api.testbed.Instance;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.Shop;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.contract.SettlementKind;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Each statement is a round trip to the database: how many a payment takes, as the server's own log has them; and that those
 * that were spared are not missed.
 */
class StatementsTest {

    /** Enough that what the service says by itself, some times a second, is said less often. */
    private static final int PAYMENTS = 100;

    private static final String COUNTED = "counted";

    private static final JsonMapper JSON = new JsonMapper();

    private static Instance instance;

    @BeforeAll
    static void start() throws SQLException {
        sql("GRANT SET ON PARAMETER log_statement TO jangbu_payment");
        instance = Testbed.anotherInstance(
                "spring.r2dbc.properties.applicationName=" + COUNTED,
                "spring.r2dbc.properties.options=log_statement=all",
                // Each call its own statement, so that they can be counted.
                "jangbu.group-commit.linger=0");
    }

    @AfterAll
    static void stop() throws SQLException {
        instance.close();
        sql("REVOKE SET ON PARAMETER log_statement FROM jangbu_payment");
    }

    /** One creates it, one begins its confirmation, one records the outcome; completions come in batches. */
    @Test
    void aPaymentTakesThree() throws SQLException {
        Client client = instance.client();
        int before = statements().size();

        List<String> ids = new ArrayList<>();
        List<CompletableFuture<Reply>> confirms = new ArrayList<>();
        for (int i = 0; i < PAYMENTS; i++) {
            Shop shop = new Shop(client);
            String id = shop.create(2_000, 1_000).is(201).id();
            ids.add(id);
            confirms.add(client.posted(
                    "/payments/" + id + "/confirm", shop.confirmation(3_000), UUID.randomUUID(), "Prefer", "wait=20"));
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> approved(ids) == PAYMENTS);
        try (Completions completions = new Completions()) {
            ids.forEach(id -> completions.completed(SettlementKind.PAYMENT, id));
        }
        confirms.forEach(confirm -> confirm.join().is(200).of("COMPLETED"));

        List<String> said = statements();
        Map<String, Integer> times = new TreeMap<>();
        said.subList(before, said.size()).forEach(statement -> times.merge(statement, 1, Integer::sum));
        assertThat(times.values().stream().mapToInt(count -> count / PAYMENTS).sum())
                .as(() -> table(times))
                .isEqualTo(3);
    }

    /** Its sessions stand still, as if the network had lost them, while the server takes new ones. */
    @Test
    void aConnectionThatHasFallenSilentIsReplaced() throws SQLException, IOException {
        Client client = instance.client();
        Shop shop = new Shop(client);
        String id = shop.create(1_000).is(201).id();
        List<String> silent = idleSessions();
        assertThat(silent).isNotEmpty();
        kill("-STOP", silent);
        try {
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptions()
                    .until(() -> client.got("/payments/" + id)
                                    .get(1, TimeUnit.SECONDS)
                                    .status()
                            == 200);
        } finally {
            kill("-CONT", silent);
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

    /** How often each was said, for whoever has to find the one too many. */
    private static String table(Map<String, Integer> times) {
        StringBuilder table = new StringBuilder("statements for " + PAYMENTS + " payments");
        times.forEach((statement, count) -> table.append("%n%6d  %.110s".formatted(count, statement)));
        return table.append(System.lineSeparator()).toString();
    }

    /** What the counted instance has executed so far, in order. */
    private static List<String> statements() throws SQLException {
        return Testbed.database()
                .log()
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

    /** The last line may be half written. */
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

    private static void sql(String statement) throws SQLException {
        try (Connection connection = Testbed.database().asSuperuser();
                Statement executed = connection.createStatement()) {
            executed.execute(statement);
        }
    }
}
