package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.BlockedQueue;
import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.CompletionProducer;
import dev.jangbu.api.testbed.Instance;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.api.testbed.PspCharges;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.contract.SettlementKind;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Payments that are queued and charged later, and waiting clients. */
class AsyncTest {

    private static final String ASYNC = "respond-async";

    private final Client client = Testbed.client();

    private record Queued(TestOrder order, String id, UUID key) {

        static Queued at(Client client, TestOrder order) {
            Queued queued = new Queued(order, order.create(1_000).is(201).id(), UUID.randomUUID());
            queued.confirm(client).is(202);
            return queued;
        }

        Reply confirm(Client client) {
            return client.post(
                    "/payments/" + id + "/confirm", order.confirmation(1_000), key, "Prefer", "respond-async");
        }
    }

    @Test
    void anAcceptedPaymentIsChargedLaterAndItsKeyReturnsTheOutcome() {
        try (BlockedQueue blocked = BlockedQueue.of(client, Testbed.ASYNC_CONCURRENCY)) {
            Queued approved = Queued.at(client, new TestOrder(client));
            Queued declined = Queued.at(client, new TestOrder(client, "sim_declined"));
            Reply accepted = approved.confirm(client).is(202).of("ACCEPTED");
            assertThat(accepted.header("Location")).isEqualTo("/v1/payments/" + approved.id());
            assertThat(accepted.header("Preference-Applied")).isEqualTo(ASYNC);
            assertThat(PspCharges.matching(approved.order().tag())).isEmpty();
            blocked.close();

            await().untilAsserted(() -> approved.confirm(client).is(200).of("APPROVED"));
            await().untilAsserted(() -> declined.confirm(client).problem(402, "payment-declined"));
            assertThat(approved.confirm(client).replayed()).isTrue();
            PaymentInvariants.ofMainInstance().verify(approved.order(), approved.id());
            PaymentInvariants.ofMainInstance().verify(declined.order(), declined.id());
        }
    }

    @Test
    void theQueueKeepsItsLimitOfConcurrentCallsToThePsp() {
        String burst = "sim_slow_burst" + UUID.randomUUID().toString().substring(0, 8);
        Testbed.psp().countConcurrent(burst);

        List<Queued> all = Stream.generate(() -> Queued.at(client, new TestOrder(client, burst)))
                .limit(10)
                .toList();

        for (Queued queued : all) {
            await().untilAsserted(() -> queued.order().read(queued.id()).of("APPROVED"));
        }
        assertThat(Testbed.psp().maxConcurrent(burst)).isEqualTo(Testbed.ASYNC_CONCURRENCY);
        assertThat(Testbed.psp().calls(burst)).hasSize(10);
        Testbed.psp().restore(burst);
    }

    @Test
    void aFullQueueRefusesPayments() {
        try (Instance small = Testbed.anotherInstance("jangbu.async.queue-limit=3", "jangbu.async.concurrency=1");
                BlockedQueue blocked = BlockedQueue.of(client, Testbed.ASYNC_CONCURRENCY + 1)) {
            List<Queued> queued = Stream.generate(() -> Queued.at(small.client(), new TestOrder(small.client())))
                    .limit(3)
                    .toList();
            TestOrder order = new TestOrder(small.client());
            Queued late = new Queued(order, order.create(1_000).is(201).id(), UUID.randomUUID());

            late.confirm(small.client()).problemForNow(503, "queue-full");
            order.read(late.id()).of("READY");
            // A cancellation frees a place in the queue.
            queued.getFirst().order().cancel(queued.getFirst().id()).is(200).of("CANCELED");
            late.confirm(small.client()).is(202).of("ACCEPTED");
            // A synchronous confirmation needs no place in the queue.
            TestOrder synchronous = new TestOrder(small.client());
            String id = synchronous.create(1_000).is(201).id();
            synchronous.confirm(id, 1_000).is(200).of("APPROVED");

            blocked.close();
            for (Queued one : List.of(queued.get(1), queued.get(2), late)) {
                await().untilAsserted(() -> one.order().read(one.id()).of("APPROVED"));
            }
        }
    }

    @Test
    void aPaymentCanceledInTheQueueNeverReachesThePsp() {
        try (BlockedQueue blocked = BlockedQueue.of(client, Testbed.ASYNC_CONCURRENCY)) {
            Queued queued = Queued.at(client, new TestOrder(client));

            queued.order().cancel(queued.id()).is(200).of("CANCELED");
            queued.confirm(client).problem(409, "payment-final");

            blocked.close();
            // A payment queued later is charged, so the queue has passed the canceled one.
            Queued behind = Queued.at(client, new TestOrder(client));
            await().untilAsserted(() -> behind.order().read(behind.id()).of("APPROVED"));
            assertThat(Testbed.psp().calls(queued.order().tag())).isEmpty();
            queued.order().read(queued.id()).of("CANCELED");
        }
    }

    @Test
    void queuedPaymentsCanceledConcurrentlyAreEitherCanceledOrRefunded() {
        List<Queued> all = Stream.generate(() -> Queued.at(client, new TestOrder(client)))
                .limit(12)
                .toList();
        List<CompletableFuture<Reply>> cancels = all.stream()
                .map(queued -> client.postAsync(
                        "/payments/" + queued.id() + "/cancel", "{\"reason\":\"x\"}", UUID.randomUUID()))
                .toList();

        for (int i = 0; i < all.size(); i++) {
            Reply canceled = cancels.get(i).join();
            assertThat(canceled.status()).as("%s", canceled).isIn(200, 409);
            var payment = PaymentInvariants.ofMainInstance()
                    .verify(all.get(i).order(), all.get(i).id());
            if (canceled.status() == 200) {
                assertThat(payment.get("status").asString().equals("CANCELED")
                                || payment.get("refundStatus").asString().equals("FULL"))
                        .as("%s", payment)
                        .isTrue();
            }
        }
    }

    @Test
    void aWaitingClientGetsTheCompletedPayment() {
        TestOrder order = new TestOrder(client);
        String id = order.create(1_000).is(201).id();
        UUID key = UUID.randomUUID();
        CompletableFuture<Reply> buyer =
                client.postAsync("/payments/" + id + "/confirm", order.confirmation(1_000), key, "Prefer", "wait=30");
        await().untilAsserted(() -> order.read(id).of("APPROVED"));
        assertThat(buyer).isNotDone();

        try (CompletionProducer completions = new CompletionProducer()) {
            completions.completed(SettlementKind.PAYMENT, id);
        }

        Reply answer = buyer.orTimeout(60, TimeUnit.SECONDS).join().is(200).of("COMPLETED");
        assertThat(answer.header("Preference-Applied")).isEqualTo("wait=30");
        // The key stores the outcome of the confirmation.
        Reply replay = client.post("/payments/" + id + "/confirm", order.confirmation(1_000), key)
                .is(200)
                .of("APPROVED");
        assertThat(replay.replayed()).isTrue();
    }

    @Test
    void aWaitThatEndsEarlierReturnsThePresentPayment() {
        TestOrder order = new TestOrder(client);
        String id = order.create(1_000).is(201).id();
        long start = System.nanoTime();

        Reply answer = order.confirm(id, 1_000, "Prefer", "wait=1").is(200).of("APPROVED");

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(answer.header("Preference-Applied")).isEqualTo("wait=1");
        Reply read = client.get("/payments/" + id, "Prefer", "wait=1").is(200).of("APPROVED");
        assertThat(read.header("Preference-Applied")).isEqualTo("wait=1");
    }

    @Test
    void aWaitIsLimitedToThirtySeconds() {
        TestOrder order = new TestOrder(client);
        String id = order.create(1_000).is(201).id();
        order.cancel(id).is(200);

        assertThat(client.get("/payments/" + id, "Prefer", "wait=86400")
                        .is(200)
                        .of("CANCELED")
                        .header("Preference-Applied"))
                .isEqualTo("wait=30");
    }

    @Test
    void anExpiredPaymentsOrderCanBePaidAgain() {
        try (Instance hasty = Testbed.anotherInstance("jangbu.expiry-after=3s");
                BlockedQueue blocked = BlockedQueue.of(client, 2 * Testbed.ASYNC_CONCURRENCY)) {
            TestOrder order = new TestOrder(hasty.client());
            String ready = order.create(1_000).is(201).id();
            // Every final status ends a wait.
            Reply waited = hasty.client()
                    .get("/payments/" + ready, "Prefer", "wait=20")
                    .is(200)
                    .of("EXPIRED");
            assertThat(waited.get("approvedAt")).isEmpty();
            order.create(1_000).is(201).of("READY");

            Queued queued = Queued.at(hasty.client(), new TestOrder(hasty.client()));
            await().untilAsserted(() -> queued.order().read(queued.id()).of("EXPIRED"));
            queued.confirm(client).problem(409, "payment-final");
            blocked.close();
            assertThat(Testbed.psp().calls(queued.order().tag())).isEmpty();
        }
    }
}
