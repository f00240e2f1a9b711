package dev.jangbu.api.refund;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.PspCharges;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Many refunds of one payment, and the fee that goes back in parts: in the end each won is where it belongs. */
class RefundRacesTest {

    private final Client client = Testbed.client();

    @Test
    void ofManyRefundsAtOnceNoneIsLostAndNothingGoesBackTwice() throws Exception {
        TestOrder shop = new TestOrder(client);
        String id = shop.create(1_000, 1_000).is(201).id();
        shop.confirm(id, 2_000).is(200);

        // 24 refunds of 150 over two lines of 1,000: six fit into each.
        List<Reply> replies = new ArrayList<>();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Reply>> asked = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                String line = Integer.toString(1 + i % 2);
                asked.add(clients.submit(() -> untilDecided(id, TestOrder.refundOf(line, 150))));
            }
            for (Future<Reply> reply : asked) {
                replies.add(reply.get());
            }
        }

        assertThat(replies.stream().filter(reply -> reply.status() == 201)).hasSize(12);
        replies.stream()
                .filter(reply -> reply.status() != 201)
                .forEach(reply -> reply.problem(422, "refund-exceeds-payment"));
        assertThat(PspCharges.matching(shop.tag()).getFirst().cancelled()).isEqualTo(12 * 150);
        assertThat(PaymentInvariants.ofMainInstance().verify(shop, id).get("refundedAmount").longValue())
                .isEqualTo(12 * 150);
    }

    /** Comes again with the same key while another is at the PSP, as a client does that was told to. */
    private Reply untilDecided(String payment, String body) {
        UUID key = UUID.randomUUID();
        while (true) {
            Reply reply = client.post("/payments/" + payment + "/refunds", body, key);
            if (reply.status() != 409) {
                return reply;
            }
            reply.problemForNow(409, "payment-in-progress");
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(50_000_000));
        }
    }

    /** What is paid and taken back in one random story. */
    private record Story(long amount, long fee, List<Long> parts) {

        static Story random(Random random) {
            long amount =
                    switch (random.nextInt(4)) {
                        case 0 -> 1 + random.nextLong(10);
                        case 1 -> 1 + random.nextLong(100_000);
                        case 2 -> Long.MAX_VALUE - random.nextLong(1_000);
                        default -> 1 + random.nextLong(Long.MAX_VALUE - 1);
                    };
            long fee =
                    switch (random.nextInt(3)) {
                        case 0 -> amount;
                        case 1 -> Math.min(amount, random.nextLong(1_000));
                        default -> random.nextLong(amount);
                    };
            List<Long> parts = new ArrayList<>();
            long left = amount;
            for (int i = random.nextInt(6); i > 0 && left > 1; i--) {
                long part = 1 + random.nextLong(random.nextBoolean() ? left - 1 : Math.min(left - 1, 7));
                parts.add(part);
                left -= part;
            }
            parts.add(left);
            return new Story(amount, fee, parts);
        }
    }

    @Test
    void theFeeGoesBackInPartsThatAddUpToIt() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<Story> stories = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            stories.add(Story.random(random));
        }
        try (var clients = Executors.newFixedThreadPool(8)) {
            List<Future<?>> told = new ArrayList<>();
            for (Story story : stories) {
                told.add(clients.submit(() -> tell(story, "seed " + seed + ", " + story)));
            }
            for (Future<?> one : told) {
                one.get();
            }
        }
    }

    private void tell(Story story, String which) {
        TestOrder shop = new TestOrder(client);
        String id = client.post(
                        "/payments", shop.creationOf("KRW", TestOrder.line(shop.seller(1), story.amount(), story.fee())))
                .is(201)
                .id();
        shop.confirm(id, story.amount()).is(200);

        long soFar = 0;
        BigInteger feeSoFar = BigInteger.ZERO;
        for (long part : story.parts()) {
            Reply refund = shop.refund(id, TestOrder.refundOf("1", part)).is(201);

            soFar += part;
            BigInteger feeUntilNow = roundHalfUp(story.fee(), soFar, story.amount());
            JsonNode line = refund.json().get("lines").get(0);
            assertThat(line.get("fee").longValue())
                    .as(which)
                    .isEqualTo(feeUntilNow.subtract(feeSoFar).longValueExact());
            feeSoFar = feeUntilNow;
        }

        assertThat(feeSoFar).as(which).isEqualTo(BigInteger.valueOf(story.fee()));
        assertThat(PaymentInvariants.ofMain().outbox(shop).stream()
                        .filter(request -> request.getKind() == SettlementKind.REFUND)
                        .map(SettlementRequested::getFee)
                        .map(BigInteger::valueOf)
                        .reduce(BigInteger.ZERO, BigInteger::add))
                .as(which)
                .isEqualTo(BigInteger.valueOf(story.fee()));
        PaymentInvariants.ofMainInstance().verify(shop, id);
    }

    /** {@code round_half_up(fee × refunded ÷ amount)}, in numbers without an end. */
    private static BigInteger roundHalfUp(long fee, long refunded, long amount) {
        BigInteger twice =
                BigInteger.valueOf(fee).multiply(BigInteger.valueOf(refunded)).shiftLeft(1);
        return twice.add(BigInteger.valueOf(amount))
                .divide(BigInteger.valueOf(amount).shiftLeft(1));
    }
}
