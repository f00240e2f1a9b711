package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.api.testbed.PspCharges;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.StagedPayment;
import dev.jangbu.api.testbed.StagedPayment.State;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A person decides a payment in REVIEW, once, with evidence. */
class ReviewTest {

    private final Client client = Testbed.client();

    @Test
    void anApprovedReviewIsSettledLikeAnyApproval() {
        TestOrder order = new TestOrder(client, "sim_wrong_amount");
        String id = order.create(2_000, 1_000).is(201).id();
        UUID key = UUID.randomUUID();
        Reply open = client.post("/payments/" + id + "/confirm", order.confirmation(3_000), key)
                .is(202)
                .of("REVIEW");
        assertThat(open.header("Location")).isEqualTo("/v1/payments/" + id);
        // The key returns the present payment while its outcome is open.
        client.post("/payments/" + id + "/confirm", order.confirmation(3_000), key)
                .is(202)
                .of("REVIEW");

        Reply resolved = resolve(id, "APPROVED").is(200).of("APPROVED");

        assertThat(resolved.id()).isEqualTo(id);
        assertThat(resolved.get("approvedAt")).isNotBlank();
        PaymentInvariants.ofMainInstance().verify(order, id);
        // The PSP shows the charge, so the settlement has its time.
        assertThat(PaymentInvariants.ofMainInstance().outbox(order))
                .allSatisfy(request -> assertThat(request.getMovedAt()).isNotNull());
        resolve(id, "APPROVED").problem(409, "not-in-review");
        resolve(id, "DECLINED").problem(409, "not-in-review");
        Reply outcome = client.post("/payments/" + id + "/confirm", order.confirmation(3_000), key);
        outcome.is(200).of("APPROVED");
        order.refund(id).is(201);
        PaymentInvariants.ofMainInstance().verify(order, id);
    }

    @Test
    void aDeclinedReviewSettlesNothing() {
        TestOrder order = new TestOrder(client, "sim_wrong_amount");
        String id = order.create(3_000).is(201).id();
        UUID key = UUID.randomUUID();
        client.post("/payments/" + id + "/confirm", order.confirmation(3_000), key)
                .is(202);

        resolve(id, "DECLINED").is(200).of("DECLINED");

        assertThat(PaymentInvariants.ofMainInstance().outbox(order)).isEmpty();
        client.post("/payments/" + id + "/confirm", order.confirmation(3_000), key)
                .problem(402, "payment-declined");
        assertThat(PspCharges.matching(order.tag())).hasSize(1);
    }

    @Test
    void onlyPaymentsInReviewCanBeResolved() {
        for (State state : State.values()) {
            if (state != State.REVIEW) {
                try (StagedPayment staged = StagedPayment.in(state)) {
                    resolve(staged.id(), "APPROVED").problem(409, "not-in-review");
                    resolve(staged.id(), "DECLINED").problem(409, "not-in-review");
                    staged.close();
                    PaymentInvariants.ofMainInstance().verify(staged.order(), staged.id());
                }
            }
        }
        resolve(UUID.randomUUID().toString(), "APPROVED").problem(404, "not-found");
    }

    @Test
    void aResolutionNeedsAnOutcomeEvidenceAndTheAdminScope() {
        StagedPayment staged = StagedPayment.in(State.REVIEW);
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

        staged.order().read(staged.id()).of("REVIEW");
    }

    @Test
    void oneOfTwoConcurrentResolutionsSucceeds() {
        StagedPayment staged = StagedPayment.in(State.REVIEW);
        var one = client.postAsync(
                "/payments/" + staged.id() + "/resolve",
                "{\"outcome\":\"APPROVED\",\"evidence\":\"one\"}",
                UUID.randomUUID());
        var other = client.postAsync(
                "/payments/" + staged.id() + "/resolve",
                "{\"outcome\":\"APPROVED\",\"evidence\":\"other\"}",
                UUID.randomUUID());

        assertThat(List.of(one.join().status(), other.join().status())).containsExactlyInAnyOrder(200, 409);

        PaymentInvariants.ofMainInstance().verify(staged.order(), staged.id());
    }

    private Reply resolve(String payment, String outcome) {
        return client.post(
                "/payments/" + payment + "/resolve",
                "{\"outcome\":\"%s\",\"evidence\":\"seen on the PSP's console\"}".formatted(outcome));
    }
}
