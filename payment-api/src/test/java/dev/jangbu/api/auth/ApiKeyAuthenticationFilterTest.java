package dev.jangbu.api.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Instance;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.Testbed;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls over HTTP with keys of one scope each, with no key, and above the rate limit. */
class ApiKeyAuthenticationFilterTest {

    private static final Map<Scope, Client> CLIENTS = new EnumMap<>(Scope.class);

    @BeforeAll
    static void keys() {
        for (Scope scope : Scope.values()) {
            String body = "{\"name\":\"only " + scope.text() + "\",\"scopes\":[\"" + scope.text() + "\"]}";
            String key = Testbed.client().post("/api-keys", body).is(201).get("key");
            CLIENTS.put(scope, Testbed.client().withKey(key));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = ScopesTest.CALLS)
    void exactlyOneScopePermitsEachCall(String method, String path, String needed) {
        CLIENTS.forEach((scope, client) -> {
            Reply reply = call(client, method, path.substring("/v1".length()));
            if (scope.text().equals(needed)) {
                assertThat(reply.status()).as("%s", reply).isNotIn(401, 403, 500);
            } else {
                assertThat(reply.status()).as("%s: %s", scope, reply).isEqualTo(403);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%61pi-keys",
                "/api-keys;a=b",
                "/api%2Dkeys",
                "/payments/0199a000-0000-7000-8000-000000000000/%72esolve",
                "/payments/0199a000-0000-7000-8000-000000000000/resolve;x",
                "/wallets;x/seller-a/payouts",
                "/w%61llets/seller-a/payouts",
            })
    void noSpellingOfAPathBypassesItsScope(String path) {
        call(CLIENTS.get(Scope.PAYMENTS_WRITE), "POST", path).problem(403, "forbidden");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Basic YTpi", "Bearer", "Bearer ", "Bearer nonsense", "bearer\tnonsense", "Bearer a b"})
    void aCallWithoutAValidKeyIsUnauthorized(String authorization) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(Testbed.client().base() + "/v1/payments"));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }

        Reply refusal = Testbed.client().send(request.build()).problem(401, "unauthorized");

        assertThat(refusal.header("WWW-Authenticate")).isEqualTo("Bearer");
    }

    @Test
    void twoKeysAreUnauthorized() {
        HttpRequest request = Testbed.client()
                .request("/payments")
                .header("Authorization", "Bearer another")
                .build();

        Testbed.client().send(request).problem(401, "unauthorized");
    }

    @Test
    void anUnknownPathIsNotFoundWithAnyScope() {
        CLIENTS.values().forEach(client -> client.get("/nothing").problem(404, "not-found"));
    }

    @Test
    void callsAboveTheRateLimitAreRefusedWithRetryAfter() {
        try (Instance limited = Testbed.anotherInstance("jangbu.rate-limit.per-second=20")) {
            String body = "{\"name\":\"eager\",\"scopes\":[\"payments:read\"]}";
            String key = Testbed.client().post("/api-keys", body).is(201).get("key");
            Client eager = limited.client().withKey(key);

            eager.get("/payments?limit=1").is(200);
            // All at once, so that even a slow machine exceeds 20 calls a second. The readiness check stays below it.
            List<CompletableFuture<Reply>> calls = Stream.generate(() -> eager.getAsync("/payments?limit=1"))
                    .limit(200)
                    .toList();
            Reply refused = calls.stream()
                    .map(CompletableFuture::join)
                    .filter(reply -> reply.status() != 200)
                    .findFirst()
                    .orElseThrow();

            refused.problemForNow(429, "too-many-requests");
        }
    }

    private static Reply call(Client client, String method, String path) {
        boolean posts = method.equals("POST");
        return client.send(client.request(path)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .method(method, posts ? BodyPublishers.ofString("{}") : BodyPublishers.noBody())
                .build());
    }
}
