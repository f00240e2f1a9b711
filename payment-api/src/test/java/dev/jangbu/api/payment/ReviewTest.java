package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.PspBook;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.Shop;
import dev.jangbu.api.testbed.Staged;
import dev.jangbu.api.testbed.Staged.State;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.api.testbed.Truth;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What no machine can decide is decided by a person, once, with evidence. */
class ReviewTest {

    private final Client client = Testbed.client();

    @Test
    void anAdminApprovesAndItIsSettledLikeAnyOther() {
        Shop shop = new Shop(client, "sim_wrong_amount");
        String id = shop.create(2_000, 1_000).is(201).id();
        UUID key = UUID.randomUUID();
        Reply open = client.post("/payments/" + id + "/confirm", shop.confirmation(3_000), key)
                .is(202)
                .of("REVIEW");
        assertThat(open.header("Location")).isEqualTo("/v1/payments/" + id);
        // Such a key answers the present state.
        client.post("/payments/" + id + "/confirm", shop.confirmation(3_000), key)
                .is(202)
                .of("REVIEW");

        Reply resolved = resolve(id, "APPROVED").is(200).of("APPROVED");

        assertThat(resolved.id()).isEqualTo(id);
        assertThat(resolved.get("approvedAt")).isNotBlank();
        Truth.ofMain().holds(shop, id);
        resolve(id, "APPROVED").problem(409, "not-in-review");
        resolve(id, "DECLINED").problem(409, "not-in-review");
        Reply outcome = client.post("/payments/" + id + "/confirm", shop.confirmation(3_000), key);
        outcome.is(200).of("APPROVED");
        shop.refund(id).is(201);
        Truth.ofMain().holds(shop, id);
    }

    @Test
    void anAdminDeclinesAndNothingIsSettled() {
        Shop shop = new Shop(client, "sim_wrong_amount");
        String id = shop.create(3_000).is(201).id();
        UUID key = UUID.randomUUID();
        client.post("/payments/" + id + "/confirm", shop.confirmation(3_000), key)
                .is(202);

        resolve(id, "DECLINED").is(200).of("DECLINED");

        assertThat(Truth.ofMain().outbox(shop)).isEmpty();
        client.post("/payments/" + id + "/confirm", shop.confirmation(3_000), key)
                .problem(402, "payment-declined");
        assertThat(PspBook.charges(shop.tag())).hasSize(1);
    }

    @Test
    void onlyWhatIsInReviewIsResolved() {
        for (State state : State.values()) {
            if (state != State.REVIEW) {
                try (Staged staged = Staged.in(state)) {
                    resolve(staged.id(), "APPROVED").problem(409, "not-in-review");
                    resolve(staged.id(), "DECLINED").problem(409, "not-in-review");
                    staged.close();
                    Truth.ofMain().holds(staged.shop(), staged.id());
                }
            }
        }
        resolve(UUID.randomUUID().toString(), "APPROVED").problem(404, "not-found");
    }

    @Test
    void aResolutionNeedsAnOutcomeEvidenceAndAnAdmin() {
        Staged staged = Staged.in(State.REVIEW);
        for (String body : List.of(
                "{\"outcome\":\"FAILED\",\"evidence\":\"x\"}",
                "{\"outcome\":\"COMPLETED\",\"evidence\":\"x\"}",
                "{\"outcome\":\"APPROVED\"}",
                "{\"outcome\":\"APPROVED\",\"evidence\":\" \"}",
                "{\"evidence\":\"x\"}")) {
            Reply refused =
                    client.post("/payments/" + staged.id() + "/resolve", body).isAnyProblem();
            assertThat(refused.status()).isIn(400, 422);
        }
        Reply clerk = client.post(
                        "/api-keys",
                        "{\"name\":\"clerk\",\"scopes\":[\"payments:read\",\"payments:write\",\"payouts:write\",\"ledger:read\"]}")
                .is(201);
        client.withKey(clerk.get("key"))
                .post("/payments/" + staged.id() + "/resolve", "{\"outcome\":\"APPROVED\",\"evidence\":\"x\"}")
                .problem(403, "forbidden");

        staged.shop().read(staged.id()).of("REVIEW");
    }

    @Test
    void ofTwoAdminsOneDecides() {
        Staged staged = Staged.in(State.REVIEW);
        var one = client.posted(
                "/payments/" + staged.id() + "/resolve",
                "{\"outcome\":\"APPROVED\",\"evidence\":\"one\"}",
                UUID.randomUUID());
        var other = client.posted(
                "/payments/" + staged.id() + "/resolve",
                "{\"outcome\":\"APPROVED\",\"evidence\":\"other\"}",
                UUID.randomUUID());

        assertThat(List.of(one.join().status(), other.join().status())).containsExactlyInAnyOrder(200, 409);

        Truth.ofMain().holds(staged.shop(), staged.id());
    }

    private Reply resolve(String payment, String outcome) {
        return client.post(
                "/payments/" + payment + "/resolve",
                "{\"outcome\":\"%s\",\"evidence\":\"seen on the PSP's console\"}".formatted(outcome));
    }
}
