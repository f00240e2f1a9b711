package dev.jangbu.api.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.http.Problem;
import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.contract.ProblemCode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;

/** API keys over HTTP: issue, use, list, expiry, revocation. */
class ApiKeysTest {

    private static final String UNKNOWN_PAYMENT = "/payments/0199a000-0000-7000-8000-000000000000";

    private final Client admin = Testbed.client();

    @Test
    void aKeyIsReturnedOnceAndNotStored() throws SQLException {
        UUID idempotencyKey = UUID.randomUUID();
        String body = "{\"name\":\"bookkeeping\",\"scopes\":[\"ledger:read\",\"payments:read\"]}";

        Reply first = admin.post("/api-keys", body, idempotencyKey).is(201);
        Reply again = admin.post("/api-keys", body, idempotencyKey).is(201);

        String key = first.get("key");
        assertThat(key).matches("jbk_[A-Za-z0-9_-]{43}");
        assertThat(first.header("Cache-Control")).isEqualTo("no-store");
        assertThat(first.header("Location")).isEqualTo("/v1/api-keys/" + first.id());
        assertThat(first.json().path("scopes").valueStream().map(JsonNode::asString))
                .containsExactlyInAnyOrder("ledger:read", "payments:read");
        assertThat(again.replayed()).isTrue();
        assertThat(again.id()).isEqualTo(first.id());
        assertThat(again.json().has("key")).isFalse();
        assertThat(storedText()).contains(first.id()).doesNotContain(key.substring(4));
    }

    @Test
    void aKeyPermitsOnlyItsScopes() {
        Client reader =
                issued("{\"name\":\"reader\",\"scopes\":[\"payments:read\"]}").client();

        reader.get(UNKNOWN_PAYMENT).problem(404, "not-found");
        reader.post("/payments", "{}").problem(403, "forbidden");
        reader.post(UNKNOWN_PAYMENT + "/resolve", "{}").problem(403, "forbidden");
        reader.get("/api-keys").problem(403, "forbidden");
    }

    @Test
    void aRevokedKeyIsRefusedImmediately() {
        Issued issued = issued("{\"name\":\"leaked\",\"scopes\":[\"payments:read\"]}");
        issued.client().get(UNKNOWN_PAYMENT).problem(404, "not-found");

        delete(issued.id()).is(204);

        issued.client().get(UNKNOWN_PAYMENT).problem(401, "unauthorized");
        delete(issued.id()).is(204);
    }

    @Test
    void anotherInstanceRefusesARevokedKeyWithinSeconds() {
        AtomicLong nanos = new AtomicLong();
        ApiKeys otherInstance = new ApiKeys(bean(ApiKeyStore.class), Clock.systemUTC(), nanos::get);
        Issued issued = issued("{\"name\":\"leaked\",\"scopes\":[\"payments:read\"]}");
        assertThat(otherInstance.caller(issued.secret()).block()).isNotNull();

        delete(issued.id()).is(204);
        nanos.addAndGet(ApiKeys.CACHED.toNanos());

        assertThat(otherInstance.caller(issued.secret()).blockOptional()).isEmpty();
    }

    @Test
    void aKeyIsValidUntilItsExpiry() {
        Instant end = Instant.now().plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.MILLIS);
        Issued issued = expiringAt(end);

        issued.client().get(UNKNOWN_PAYMENT).problem(404, "not-found");
        assertThat(callerAt(end.minusMillis(1), issued)).isPresent();
        assertThat(callerAt(end, issued)).isEmpty();
    }

    @Test
    void anExpiredKeyIsRefused() {
        Instant end = Instant.now().plusMillis(1_500);
        Client client = expiringAt(end).client();

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> client.get(UNKNOWN_PAYMENT).problem(401, "unauthorized"));
        assertThat(Instant.now()).isAfterOrEqualTo(end.minusMillis(1));
    }

    private Issued expiringAt(Instant end) {
        return issued("{\"name\":\"contractor\",\"scopes\":[\"payments:read\"],\"expiresAt\":\"" + end + "\"}");
    }

    private static Optional<Caller> callerAt(Instant time, Issued issued) {
        return new ApiKeys(bean(ApiKeyStore.class), Clock.fixed(time, ZoneOffset.UTC))
                .caller(issued.secret())
                .blockOptional();
    }

    @Test
    void theLastAdminKeyCannotBeRevoked() {
        Issued issued = issued("{\"name\":\"second\",\"scopes\":[\"admin\"]}");
        UUID id = UUID.fromString(issued.id());

        // Revokes the others in a transaction that is rolled back, because the tests need them.
        assertThatThrownBy(() -> bean(DatabaseClient.class)
                        .sql("UPDATE api_keys SET revoked_at = now() WHERE id <> :id")
                        .bind("id", id)
                        .then()
                        .then(bean(RevokeApiKey.class).revoke(id))
                        .as(bean(TransactionalOperator.class)::transactional)
                        .block())
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(ProblemCode.LAST_ADMIN_KEY));

        issued.client().get("/api-keys?limit=1").is(200);
        delete(issued.id()).is(204);
    }

    @Test
    void aListIsOrderedNewestFirstAndContainsNoSecret() {
        List<String> ids = Flux.range(0, 5)
                .map(i -> issued("{\"name\":\"listed " + i + "\",\"scopes\":[\"payments:read\"]}")
                        .id())
                .collectList()
                .block();
        delete(ids.get(2)).is(204);

        List<JsonNode> listed = new ArrayList<>();
        String path = "/api-keys?limit=2";
        while (listed.size() < 5) {
            Reply page = admin.get(path).is(200);
            page.json()
                    .path("data")
                    .valueStream()
                    .filter(key -> ids.contains(key.path("id").asString()))
                    .forEach(listed::add);
            assertThat(page.text()).doesNotContain("jbk_").doesNotContainIgnoringCase("hash");
            assertThat(page.header("Link")).isEqualTo("</v1" + (path = next(page)) + ">; rel=\"next\"");
        }

        assertThat(listed).extracting(key -> key.path("id").asString()).containsExactlyElementsOf(ids.reversed());
        assertThat(listed).filteredOn(key -> !key.path("revokedAt").isNull()).hasSize(1);
        admin.get("/api-keys?limit=0").problem(422, "invalid-field");
        admin.get("/api-keys?name=listed").problem(422, "invalid-field");
        admin.get("/api-keys?cursor=nonsense").problem(422, "invalid-field");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"scopes":["admin"]}                                                            | name
                    {"name":" ","scopes":["admin"]}                                                 | name
                    {"name":"a\\nb","scopes":["admin"]}                                             | name
                    {"name":"x","scopes":null}                                                      | scopes
                    {"name":"x","scopes":[]}                                                        | scopes
                    {"name":"x","scopes":["admin","everything"]}                                    | scopes[1]
                    {"name":"x","scopes":[null]}                                                    | scopes[0]
                    {"name":"x","scopes":["admin","admin"]}                                         | scopes[1]
                    {"name":"x","scopes":["ADMIN"]}                                                 | scopes[0]
                    {"name":"x","scopes":["admin"],"expiresAt":"2020-01-01T00:00:00Z"}              | expiresAt
                    {"name":"x","scopes":["admin"],"expiresAt":"2999-02-30T00:00:00Z"}              | expiresAt
                    {"name":"x","scopes":["admin"],"expiresAt":"2999-01-01"}                        | expiresAt
                    {"name":"x","scopes":["admin"],"expiresAt":"2999-01-01T00:00Z"}                 | expiresAt
                    {"name":"x","scopes":["admin"],"expiresAt":"2999-01-01T00:00:00"}               | expiresAt
                    {"name":"x","scopes":["admin"],"expiresAt":""}                                  | expiresAt
                    """)
    void anInvalidFieldIsNamed(String body, String field) {
        Reply refusal = admin.post("/api-keys", body).problem(422, "invalid-field");

        assertThat(refusal.json().path("errors").valueStream().map(error -> error.path("field")
                        .asString()))
                .containsExactly(field);
    }

    @Test
    void aNameHasUpToAHundredCharactersAndNoCardNumber() {
        issued("{\"name\":\"" + "장".repeat(100) + "\",\"scopes\":[\"payments:read\"]}");
        admin.post("/api-keys", "{\"name\":\"" + "a".repeat(101) + "\",\"scopes\":[\"admin\"]}")
                .problem(422, "invalid-field");
        admin.post("/api-keys", "{\"name\":\"4111 1111 1111 1111\",\"scopes\":[\"admin\"]}")
                .problem(422, "card-number-refused");
    }

    @Test
    void anUnknownKeyCannotBeRevoked() {
        delete("0199a000-0000-7000-8000-000000000000").problem(404, "not-found");
        delete("nonsense").problem(404, "not-found");
    }

    @Test
    void theCallerHasTheIdAndScopesOfTheKey() {
        Issued issued = issued("{\"name\":\"me\",\"scopes\":[\"payments:read\",\"admin\"]}");

        Caller caller = bean(ApiKeys.class).caller(issued.secret()).block();

        assertThat(caller.keyId()).hasToString(issued.id());
        assertThat(caller.scopes()).isEqualTo(Set.of(Scope.PAYMENTS_READ, Scope.ADMIN));
    }

    private record Issued(String id, KeySecret secret, Client client) {}

    private Issued issued(String body) {
        Reply reply = admin.post("/api-keys", body).is(201);
        String key = reply.get("key");
        return new Issued(reply.id(), new KeySecret(key), admin.withKey(key));
    }

    private Reply delete(String id) {
        return admin.send(admin.request("/api-keys/" + id).DELETE().build());
    }

    private static <T> T bean(Class<T> type) {
        return Testbed.main().bean(type);
    }

    private static String next(Reply page) {
        return "/api-keys?limit=2&cursor=" + page.get("nextCursor");
    }

    /** The contents of the tables of API keys and idempotency keys. */
    private static String storedText() throws SQLException {
        try (Connection connection = Testbed.database().as("jangbu_owner");
                Statement statement = connection.createStatement();
                ResultSet all =
                        statement.executeQuery("SELECT string_agg(t::text, ' ') FROM (SELECT k::text FROM api_keys k"
                                + " UNION ALL SELECT i::text FROM idempotency_keys i) AS t")) {
            all.next();
            return all.getString(1);
        }
    }
}
