package dev.jangbu.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.ledger.database.LedgerDatabase;
import dev.jangbu.testsupport.TestHttpClient;
import dev.jangbu.testsupport.TestHttpClient.Response;
import dev.jangbu.testsupport.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The whole service over HTTP, with a database and without Kafka and registry: it serves reads and reports the outage.
 */
final class LedgerServiceTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(120);
    private static final TestHttpClient SERVICE = TestService.client();
    private static final JsonMapper JSON = new JsonMapper();

    @BeforeEach
    void freshDatabase() {
        TestService.freshDatabase();
    }

    @Test
    void trialBalanceSumsTheBooksOnTheNormalSideOfEachAccount() throws Exception {
        givenBalances();

        JsonNode trial = JSON.readTree(SERVICE.get("/ledger/trial-balance").body());

        assertThat(trial.get("currencies")).hasSize(2);
        JsonNode won = trial.get("currencies").get(0);
        assertThat(won.get("currency").asString()).isEqualTo("KRW");
        assertThat(won.get("debits").asLong()).isEqualTo(30_000);
        assertThat(won.get("credits").asLong()).isEqualTo(30_000);
        assertThat(won.get("accounts")
                        .valueStream()
                        .map(account -> account.get("code").asString() + " "
                                + account.get("kind").asString() + " "
                                + account.get("balance").asLong()))
                .containsExactly(
                        "platform:fees REVENUE 600",
                        "platform:payouts LIABILITY 5000",
                        "psp:toss:receivable ASSET 25000",
                        "seller:a:payable LIABILITY 19400");
        assertThat(won.get("accounts").get(0).get("asOf").asString())
                .isEqualTo(trial.get("at").asString());
    }

    @Test
    void sumsAboveLongMaxValueAreExact() throws Exception {
        execute(
                "INSERT INTO books (book) VALUES (0), (1)",
                "INSERT INTO accounts (code, kind) VALUES ('psp:toss:receivable', 'ASSET')",
                """
                INSERT INTO balances (book, account, currency, debits, credits) VALUES
                    (0, 'psp:toss:receivable', 'KRW', 9223372036854775807 + 5::numeric, 0),
                    (1, 'psp:toss:receivable', 'KRW', 9223372036854775807, 7)""");

        assertThat(SERVICE.get("/ledger/accounts/psp:toss:receivable?currency=KRW")
                        .body())
                .contains("\"debits\":18446744073709551619,\"credits\":7,\"balance\":18446744073709551612");
        assertThat(SERVICE.get("/ledger/trial-balance").body()).contains("\"debits\":18446744073709551619");
    }

    @Test
    void invalidRequestsAreAnsweredWithProblems() throws Exception {
        assertProblem(SERVICE.get("/ledger/trial-balance?at=yesterday"), 422, "invalid-field");
        assertProblem(SERVICE.get("/ledger/nothing"), 404, "not-found");
        Response posted = SERVICE.send("POST", "/ledger/trial-balance", null);
        assertProblem(posted, 405, "method-not-allowed");
    }

    @Test
    void readsAreUnavailableWithoutTheDatabase() throws Exception {
        TestPostgres.execute(
                "ALTER DATABASE jangbu_ledger ALLOW_CONNECTIONS false",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'jangbu_ledger'");
        Response answer = SERVICE.get("/ledger/trial-balance");
        TestPostgres.execute("ALTER DATABASE jangbu_ledger ALLOW_CONNECTIONS true");
        await().atMost(TIMEOUT).until(() -> SERVICE.get("/ledger/trial-balance").status() == 200);

        assertProblem(answer, 503, "unavailable");
        assertThat(answer.header("Retry-After")).isPresent();
        assertThat(answer.body()).doesNotContain(TestPostgres.PASSWORD);
    }

    @Test
    void withoutRegistryTheServiceIsLiveAndNotReady() throws Exception {
        assertThat(SERVICE.get("/actuator/health/liveness").status()).isEqualTo(200);
        await().atMost(TIMEOUT).untilAsserted(() -> {
            Response readiness = SERVICE.get("/actuator/health/readiness");
            assertThat(readiness.status()).isEqualTo(503);
            assertThat(readiness.body()).contains("The schema registry does not give the schemas");
        });
        assertThat(SERVICE.get("/actuator/prometheus").body()).contains("jangbu_ledger_books_stopped");
    }

    private void givenBalances() throws SQLException {
        execute("INSERT INTO books (book) VALUES (0), (1)", """
                INSERT INTO accounts (code, kind) VALUES ('psp:toss:receivable', 'ASSET'), ('platform:fees', 'REVENUE'),
                    ('seller:a:payable', 'LIABILITY'), ('platform:payouts', 'LIABILITY')""", """
                INSERT INTO balances (book, account, currency, debits, credits) VALUES
                    (0, 'psp:toss:receivable', 'KRW', 20000, 0), (1, 'psp:toss:receivable', 'KRW', 5000, 0),
                    (0, 'platform:fees', 'KRW', 0, 600), (0, 'seller:a:payable', 'KRW', 5000, 19400),
                    (1, 'seller:a:payable', 'KRW', 0, 5000), (1, 'platform:payouts', 'KRW', 0, 5000),
                    (1, 'psp:toss:receivable', 'USD', 7, 0), (1, 'seller:a:payable', 'USD', 0, 7)""");
    }

    private static void execute(String... statements) throws SQLException {
        try (Connection connection = LedgerDatabase.connect(LedgerDatabase.LEDGER);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static void assertProblem(Response answer, int status, String code) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = JSON.readTree(answer.body());
        assertThat(problem.get("code").asString()).isEqualTo(code);
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("detail").asString()).isNotBlank();
    }
}
