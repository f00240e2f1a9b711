package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.CompletionProducer;
import dev.jangbu.api.testbed.Instance;
import dev.jangbu.api.testbed.PspCharges;
import dev.jangbu.api.testbed.BlockedQueue;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.contract.SettlementKind;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Payments that are accepted first and charged later, and clients that wait. */
class AsyncTest {

    private static final String ASYNC = "respond-async";

    private final Client client = Testbed.client();

    private record Queued(TestOrder shop, String id, UUID key) {

        static Queued at(Client client, TestOrder shop) {
            Queued queued = new Queued(shop, shop.create(1_000).is(201).id(), UUID.randomUUID());
            queued.confirm(client).is(202);
            return queued;
        }

        Reply confirm(Client client) {
            return client.post(
                    "/payments/" + id + "/confirm", shop.confirmation(1_000), key, "Prefer", "respond-async");
        }
    }

    @Test
    void anAcceptedPaymentIsChargedLaterAndItsKeyAnswersTheOutcome() {
        try (BlockedQueue jam = BlockedQueue.of(client, Testbed.ASYNC_CONCURRENCY)) {
            Queued approved = Queued.at(client, new TestOrder(client));
            Queued declined = Queued.at(client, new TestOrder(client, "sim_declined"));
            Reply accepted = approved.confirm(client).is(202).of("ACCEPTED");
            assertThat(accepted.header("Location")).isEqualTo("/v1/payments/" + approved.id());
            assertThat(accepted.header("Preference-Applied")).isEqualTo(ASYNC);
            assertThat(PspCharges.matching(approved.shop().tag())).isEmpty();
            jam.close();

            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> approved.confirm(client).is(200).of("APPROVED"));
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> declined.confirm(client).problem(402, "payment-declined"));
            assertThat(approved.confirm(client).replayed()).isTrue();
            PaymentInvariants.ofMainInstance().verify(approved.shop(), approved.id());
            PaymentInvariants.ofMainInstance().verify(declined.shop(), declined.id());
        }
    }

    @Test
    void thePspIsAskedForNoMoreAtOnceThanIsSet() {
        String burst = "sim_slow_burst" + UUID.randomUUID().toString().substring(0, 8);
        Testbed.psp().watch(burst);

        List<Queued> all = Stream.generate(() -> Queued.at(client, new TestOrder(client, burst)))
                .limit(10)
                .toList();

        for (Queued queued : all) {
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> queued.shop().read(queued.id()).of("APPROVED"));
        }
        assertThat(Testbed.psp().mostAtOnce(burst)).isEqualTo(Testbed.ASYNC_CONCURRENCY);
        assertThat(Testbed.psp().calls(burst)).hasSize(10);
        Testbed.psp().restore(burst);
    }

    @Test
    void aFullQueueSaysSoAndTakesNothing() {
        try (Instance small = Testbed.anotherInstance("jangbu.async.queue-limit=3", "jangbu.async.concurrency=1");
                BlockedQueue jam = BlockedQueue.of(client, Testbed.ASYNC_CONCURRENCY + 1)) {
            List<Queued> queued = Stream.generate(() -> Queued.at(small.client(), new TestOrder(small.client())))
                    .limit(3)
                    .toList();
            TestOrder shop = new TestOrder(small.client());
            Queued late = new Queued(shop, shop.create(1_000).is(201).id(), UUID.randomUUID());

            late.confirm(small.client()).problemForNow(503, "queue-full");
            shop.read(late.id()).of("READY");
            // Whoever cancels makes room.
            queued.getFirst().shop().cancel(queued.getFirst().id()).is(200).of("CANCELED");
            late.confirm(small.client()).is(202).of("ACCEPTED");
            // Whoever waits for the outcome needs no place in the queue.
            TestOrder synchronous = new TestOrder(small.client());
            String id = synchronous.create(1_000).is(201).id();
            synchronous.confirm(id, 1_000).is(200).of("APPROVED");

            jam.close();
            for (Queued one : List.of(queued.get(1), queued.get(2), late)) {
                await().atMost(Duration.ofSeconds(20))
                        .untilAsserted(() -> one.shop().read(one.id()).of("APPROVED"));
            }
        }
    }

    @Test
    void whatIsCanceledInTheQueueNeverReachesThePsp() {
        try (BlockedQueue jam = BlockedQueue.of(client, Testbed.ASYNC_CONCURRENCY)) {
            Queued queued = Queued.at(client, new TestOrder(client));

            queued.shop().cancel(queued.id()).is(200).of("CANCELED");
            queued.confirm(client).problem(409, "payment-final");

            jam.close();
            // One that is queued behind it is charged: the queue has passed it.
            Queued behind = Queued.at(client, new TestOrder(client));
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> behind.shop().read(behind.id()).of("APPROVED"));
            assertThat(Testbed.psp().calls(queued.shop().tag())).isEmpty();
            queued.shop().read(queued.id()).of("CANCELED");
        }
    }

    @Test
    void ofManyThatAreCanceledWhileTheyAreTakenEachIsChargedOrCanceled() {
        List<Queued> all = Stream.generate(() -> Queued.at(client, new TestOrder(client)))
                .limit(12)
                .toList();
        List<CompletableFuture<Reply>> cancels = all.stream()
                .map(queued ->
                        client.postAsync("/payments/" + queued.id() + "/cancel", "{\"reason\":\"x\"}", UUID.randomUUID()))
                .toList();

        for (int i = 0; i < all.size(); i++) {
            Reply canceled = cancels.get(i).join();
            assertThat(canceled.status()).as("%s", canceled).isIn(200, 409);
            var payment = PaymentInvariants.ofMainInstance().verify(all.get(i).shop(), all.get(i).id());
            if (canceled.status() == 200) {
                assertThat(payment.get("status").asString().equals("CANCELED")
                                || payment.get("refundStatus").asString().equals("FULL"))
                        .as("%s", payment)
                        .isTrue();
            }
        }
    }

    @Test
    void whoWaitsIsAnsweredWhenThePaymentIsComplete() {
        TestOrder shop = new TestOrder(client);
        String id = shop.create(1_000).is(201).id();
        UUID key = UUID.randomUUID();
        CompletableFuture<Reply> buyer =
                client.postAsync("/payments/" + id + "/confirm", shop.confirmation(1_000), key, "Prefer", "wait=20");
        await().untilAsserted(() -> shop.read(id).of("APPROVED"));
        assertThat(buyer).isNotDone();

        try (CompletionProducer completions = new CompletionProducer()) {
            completions.completed(SettlementKind.PAYMENT, id);
        }

        Reply answer = buyer.orTimeout(10, TimeUnit.SECONDS).join().is(200).of("COMPLETED");
        assertThat(answer.header("Preference-Applied")).isEqualTo("wait=20");
        // What is stored is the outcome.
        Reply replay = client.post("/payments/" + id + "/confirm", shop.confirmation(1_000), key)
                .is(200)
                .of("APPROVED");
        assertThat(replay.replayed()).isTrue();
    }

    @Test
    void whoWaitsInVainIsAnsweredWhenTheTimeIsOver() {
        TestOrder shop = new TestOrder(client);
        String id = shop.create(1_000).is(201).id();
        long begun = System.nanoTime();

        Reply answer = shop.confirm(id, 1_000, "Prefer", "wait=1").is(200).of("APPROVED");

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(answer.header("Preference-Applied")).isEqualTo("wait=1");
        Reply read = client.get("/payments/" + id, "Prefer", "wait=1").is(200).of("APPROVED");
        assertThat(read.header("Preference-Applied")).isEqualTo("wait=1");
    }

    @Test
    void noWaitIsLongerThanThirtySeconds() {
        TestOrder shop = new TestOrder(client);
        String id = shop.create(1_000).is(201).id();
        shop.cancel(id).is(200);

        assertThat(client.get("/payments/" + id, "Prefer", "wait=86400")
                        .is(200)
                        .of("CANCELED")
                        .header("Preference-Applied"))
                .isEqualTo("wait=30");
    }

    @Test
    void aPaymentExpiresByItselfAndItsOrderCanBePaidForAnew() {
        try (Instance hasty = Testbed.anotherInstance("jangbu.expiry-after=1s");
                BlockedQueue jam = BlockedQueue.of(client, 2 * Testbed.ASYNC_CONCURRENCY)) {
            TestOrder shop = new TestOrder(hasty.client());
            String ready = shop.create(1_000).is(201).id();
            // A wait ends with whatever is final.
            Reply waited = hasty.client()
                    .get("/payments/" + ready, "Prefer", "wait=20")
                    .is(200)
                    .of("EXPIRED");
            assertThat(waited.get("approvedAt")).isEmpty();
            shop.create(1_000).is(201).of("READY");

            Queued queued = Queued.at(hasty.client(), new TestOrder(hasty.client()));
            await().atMost(Duration.ofSeconds(15))
                    .untilAsserted(() -> queued.shop().read(queued.id()).of("EXPIRED"));
            queued.confirm(client).problem(409, "payment-final");
            jam.close();
            assertThat(Testbed.psp().calls(queued.shop().tag())).isEmpty();
        }
    }
}
