package dev.jangbu.api.refund;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.api.testbed.PspCharges;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
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

/** Concurrent refunds of one payment, and fees returned in parts. */
class RefundRacesTest {

    private final Client client = Testbed.client();

    @Test
    void concurrentRefundsNeverExceedTheLinesAndNoneIsLost() throws Exception {
        TestOrder order = new TestOrder(client);
        String id = order.create(1_000, 1_000).is(201).id();
        order.confirm(id, 2_000).is(200);

        // 24 refunds of 150 of two lines of 1,000: six of each line succeed.
        List<Reply> replies = new ArrayList<>();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Reply>> requests = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                String line = Integer.toString(1 + i % 2);
                requests.add(clients.submit(() -> untilDecided(id, TestOrder.refundOf(line, 150))));
            }
            for (Future<Reply> reply : requests) {
                replies.add(reply.get());
            }
        }

        assertThat(replies.stream().filter(reply -> reply.status() == 201)).hasSize(12);
        replies.stream()
                .filter(reply -> reply.status() != 201)
                .forEach(reply -> reply.problem(422, "refund-exceeds-payment"));
        assertThat(PspCharges.matching(order.tag()).getFirst().cancelled()).isEqualTo(12 * 150);
        assertThat(PaymentInvariants.ofMainInstance()
                        .verify(order, id)
                        .get("refundedAmount")
                        .longValue())
                .isEqualTo(12 * 150);
    }

    /** Repeats the call with the same key while another refund is in progress. */
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

    /** A random payment and its refunds. */
    private record Scenario(long amount, long fee, List<Long> parts) {

        private static final long MAX = 1_000_000_000_000_000L;

        static Scenario random(Random random) {
            long amount =
                    switch (random.nextInt(4)) {
                        case 0 -> 1 + random.nextLong(10);
                        case 1 -> 1 + random.nextLong(100_000);
                        case 2 -> MAX - random.nextLong(1_000);
                        default -> 1 + random.nextLong(MAX - 1);
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
            return new Scenario(amount, fee, parts);
        }
    }

    @Test
    void theReturnedFeesAddUpToTheFee() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<Scenario> scenarios = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            scenarios.add(Scenario.random(random));
        }
        try (var clients = Executors.newFixedThreadPool(8)) {
            List<Future<?>> results = new ArrayList<>();
            for (Scenario scenario : scenarios) {
                results.add(clients.submit(() -> run(scenario, "seed " + seed + ", " + scenario)));
            }
            for (Future<?> one : results) {
                one.get();
            }
        }
    }

    private void run(Scenario scenario, String description) {
        TestOrder order = new TestOrder(client);
        String id = client.post(
                        "/payments",
                        order.creationOf("KRW", TestOrder.line(order.seller(1), scenario.amount(), scenario.fee())))
                .is(201)
                .id();
        order.confirm(id, scenario.amount()).is(200);

        long soFar = 0;
        BigInteger feeSoFar = BigInteger.ZERO;
        for (long part : scenario.parts()) {
            Reply refund = order.refund(id, TestOrder.refundOf("1", part)).is(201);

            soFar += part;
            BigInteger feeUntilNow = roundHalfUp(scenario.fee(), soFar, scenario.amount());
            JsonNode line = refund.json().get("lines").get(0);
            assertThat(line.get("fee").longValue())
                    .as(description)
                    .isEqualTo(feeUntilNow.subtract(feeSoFar).longValueExact());
            feeSoFar = feeUntilNow;
        }

        assertThat(feeSoFar).as(description).isEqualTo(BigInteger.valueOf(scenario.fee()));
        assertThat(PaymentInvariants.ofMainInstance().outbox(order).stream()
                        .filter(request -> request.getKind() == SettlementKind.REFUND)
                        .map(SettlementRequested::getFee)
                        .map(BigInteger::valueOf)
                        .reduce(BigInteger.ZERO, BigInteger::add))
                .as(description)
                .isEqualTo(BigInteger.valueOf(scenario.fee()));
        PaymentInvariants.ofMainInstance().verify(order, id);
    }

    /** {@code round_half_up(fee × refunded ÷ amount)}, with unlimited precision. */
    private static BigInteger roundHalfUp(long fee, long refunded, long amount) {
        BigInteger twice =
                BigInteger.valueOf(fee).multiply(BigInteger.valueOf(refunded)).shiftLeft(1);
        return twice.add(BigInteger.valueOf(amount))
                .divide(BigInteger.valueOf(amount).shiftLeft(1));
    }
}
