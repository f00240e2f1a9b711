package dev.jangbu.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Instance;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;

/** The CORS protocol: off by default, for the configured origins otherwise. */
class CrossOriginTest {

    private static final String ORIGIN = "https://shop.example";

    @Test
    void withoutOriginsNoHeaderOfTheProtocolIsSent() {
        assertForeign(Testbed.client(), ORIGIN);
    }

    @Test
    void pagesOfAConfiguredOriginMayCallAndReadTheResponses() {
        try (Instance instance = Testbed.anotherInstance("jangbu.cors.origins=" + ORIGIN + ",http://127.0.0.1:3000")) {
            Client client = instance.client();

            Reply preflight = preflight(client.withKey("none"), ORIGIN);
            assertThat(preflight.status()).isEqualTo(200);
            assertThat(preflight.header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
            assertThat(preflight.header("Access-Control-Allow-Headers")).contains("authorization", "idempotency-key");
            assertThat(preflight.header("Access-Control-Allow-Credentials")).isEmpty();
            TestOrder order = new TestOrder(client);
            Reply created = client.post("/payments", order.creation(1_000), "Origin", ORIGIN)
                    .is(201);
            assertThat(created.header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
            assertThat(created.header("Access-Control-Expose-Headers")).contains("ETag", "Idempotency-Replayed");
            // Problems can be read, too.
            Reply unauthorized = client.withKey("none").get("/payments", "Origin", ORIGIN);
            assertThat(unauthorized.problem(401, "unauthorized").header("Access-Control-Allow-Origin"))
                    .isEqualTo(ORIGIN);
            assertForeign(client, "https://other.example");
            assertThat(client.get("/payments").header("Vary")).isEqualTo("Origin");
        }
    }

    /** Answered as without CORS, so that a browser hides the response. */
    private static void assertForeign(Client client, String origin) {
        assertThat(preflight(client.withKey("none"), origin)
                        .problem(401, "unauthorized")
                        .headers()
                        .map()
                        .keySet())
                .noneMatch(name -> name.startsWith("access-control"));
        assertThat(client.get("/payments", "Origin", origin)
                        .is(200)
                        .headers()
                        .map()
                        .keySet())
                .noneMatch(name -> name.startsWith("access-control"));
    }

    private static Reply preflight(Client client, String origin) {
        return client.send(client.request(
                        "/payments",
                        "Origin",
                        origin,
                        "Access-Control-Request-Method",
                        "POST",
                        "Access-Control-Request-Headers",
                        "authorization, idempotency-key")
                .method("OPTIONS", BodyPublishers.noBody())
                .build());
    }
}
