package dev.jangbu.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.Shop;
import dev.jangbu.api.testbed.Testbed;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who has a resource already is told that it is unchanged, and not what it is (RFC 9110, section 13.1.2). */
class ConditionalGetTest {

    private final Client client = Testbed.client();
    private final Shop shop = new Shop(client);

    @ParameterizedTest
    @ValueSource(strings = {"\"1\"", "W/\"1\"", "\"7\", \"1\""})
    void whatIsStillOfTheVersionIsNotSentAgain(String ifNoneMatch) {
        String path = "/payments/" + shop.create(1_000).is(201).id();

        Reply reply = client.get(path, "If-None-Match", ifNoneMatch);

        assertThat(reply.status()).isEqualTo(304);
        assertThat(reply.text()).isEmpty();
        assertThat(reply.header("ETag")).isEqualTo("\"1\"");
        assertThat(client.send(client.request(path, "If-None-Match", ifNoneMatch)
                                .method("HEAD", BodyPublishers.noBody())
                                .build())
                        .status())
                .isEqualTo(304);
    }

    @Test
    void whatHasChangedIsSent() {
        String id = shop.create(1_000).is(201).id();
        String before = client.get("/payments/" + id).is(200).header("ETag");
        shop.confirm(id, 1_000).is(200);

        Reply after =
                client.get("/payments/" + id, "If-None-Match", before).is(200).of("APPROVED");

        assertThat(after.header("ETag")).isNotEqualTo(before);
        assertThat(client.get("/payments/" + id, "If-None-Match", after.header("ETag"))
                        .status())
                .isEqualTo(304);
    }

    @Test
    void refundsAndPayoutsHaveVersionsToo() {
        String payment = shop.create(1_000).is(201).id();
        shop.confirm(payment, 1_000).is(200);
        String refund = "/refunds/" + shop.refund(payment).is(201).id();
        String payout = "/payouts/"
                + client.post(
                                "/wallets/" + shop.seller(1) + "/payouts",
                                "{\"amount\":1,\"currency\":\"KRW\",\"destination\":\"KB 123\"}")
                        .is(202)
                        .id();

        for (String path : new String[] {refund, payout}) {
            String tag = client.get(path).is(200).header("ETag");
            assertThat(client.get(path, "If-None-Match", tag).status()).as(path).isEqualTo(304);
        }
    }

    @Test
    void aWalletHasAVersionTooThoughItIsKeptElsewhere() {
        String path = "/wallets/" + shop.seller(1) + "?currency=KRW";
        String tag = client.get(path).is(200).header("ETag");

        assertThat(client.get(path, "If-None-Match", tag).status()).isEqualTo(304);
        assertThat(client.get(path, "If-None-Match", "\"7\"").is(200).header("ETag"))
                .isEqualTo(tag);
    }
}
