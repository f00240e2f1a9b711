package dev.jangbu.proving.torture;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.proving.stack.HttpApi.Answer;
import dev.jangbu.proving.torture.OrderHistory.Charge;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** One order from its creation over its confirmation to what goes back of it, as the seed has it. */
final class Customer {

    private static final Set<String> OPEN = Set.of("READY", "ACCEPTED", "EXECUTING", "UNKNOWN");

    private final FlakyClient line;
    private final String run;
    private final int number;
    private final SplittableRandom random;
    private final Order order;
    private int keys;

    Customer(FlakyClient line, String run, long seed, int number) {
        this.line = line;
        this.run = run;
        this.number = number;
        this.random = new SplittableRandom(seed * 1_000_003 + number);
        this.order = Order.of(run, number, random);
    }

    /** @param made takes the deal as soon as there is one, so that it is held to its word however it goes on */
    void play(Consumer<OrderHistory> made) throws InterruptedException {
        Answer created = line.call(new Call(Call.Kind.CREATE, "/payments", key("create"), order.body()), random);
        if (created.status() != 201) {
            throw new IllegalStateException("order " + order.orderId() + " was not created: " + created);
        }
        OrderHistory deal = new OrderHistory(order, created.text("id"));
        made.accept(deal);
        before(deal);
        if (order.way() == Order.Way.NEVER) {
            return;
        }
        confirm(deal);
        if (deal.charge() == Charge.APPROVED) {
            after(deal);
        }
    }

    /** What may be tried before the money moves, and what must not work yet. */
    private void before(OrderHistory deal) throws InterruptedException {
        switch (random.nextInt(16)) {
            case 0 -> cancel(deal);
            case 1 -> refuses(deal, confirmation(deal, order.amount() + 1), "422 amount-mismatch");
            case 2 -> refuses(deal, refund(deal, "{\"reason\":\"too early\"}"), "409 payment-not-refundable");
            default -> read("/payments/" + deal.paymentId());
        }
    }

    private void refuses(OrderHistory deal, Call call, String code) throws InterruptedException {
        Answer answer = line.untilAnswered(call);
        if (!AcknowledgedAnswers.code(answer).equals(code)) {
            throw new IllegalStateException(
                    "order " + deal.order().orderId() + ": not " + code + " but " + answer + " to " + call);
        }
    }

    private void confirm(OrderHistory deal) throws InterruptedException {
        Call call = confirmation(deal, order.amount());
        List<Thread> rivals = new ArrayList<>();
        if (random.nextInt(10) == 0) {
            rivals.add(beside(confirmation(deal, order.amount())));
        }
        if (order.way() == Order.Way.ASYNC && random.nextInt(8) == 0) {
            SplittableRandom own = random.split();
            rivals.add(Thread.ofVirtual().start(() -> quietly(() -> cancel(deal, own))));
        }
        Answer answer = line.call(call, random);
        for (Thread rival : rivals) {
            rival.join();
        }
        switch (answer.status()) {
            case 200 -> deal.charge(Charge.APPROVED);
            case 402 -> deal.charge(Charge.DECLINED);
            default -> learn(deal);
        }
    }

    /** Where the answer was "not known yet": the payment says when it is. */
    private void learn(OrderHistory deal) throws InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            Answer answer = line.read("/payments/" + deal.paymentId(), "Prefer", "wait=5");
            String status = answer.text("status");
            switch (status) {
                case "APPROVED", "COMPLETED" -> deal.charge(Charge.APPROVED);
                case "DECLINED" -> deal.charge(Charge.DECLINED);
                case "REVIEW" -> deal.charge(Charge.IN_REVIEW);
                default -> {}
            }
            if (answer.status() == 200 && !OPEN.contains(status)) {
                return;
            }
            if (System.nanoTime() - begin > FlakyClient.PATIENCE.toNanos()) {
                throw new IllegalStateException("order " + order.orderId() + " is not known for long: " + answer);
            }
        }
    }

    /** What goes back: nothing, a part of a line, a line, several at once, all; and too much. */
    private void after(OrderHistory deal) throws InterruptedException {
        int draw = random.nextInt(100);
        if (draw < 45) {
            read("/payments/" + deal.paymentId() + "/history");
        } else if (draw < 65) {
            refundAndLearn(deal, partOfALine(), random);
        } else if (draw < 75) {
            refundAndLearn(deal, "{\"reason\":\"all of it\"}", random);
        } else if (draw < 85) {
            cancel(deal);
        } else if (draw < 95) {
            race(deal);
        } else {
            refuses(
                    deal,
                    refund(
                            deal,
                            refundOf(
                                    order.lines().getFirst(),
                                    order.lines().getFirst().amount() + 1)),
                    "422 refund-exceeds-payment");
        }
        if (random.nextInt(4) == 0) {
            refundAndLearn(deal, partOfALine(), random);
        }
    }

    /** Refunds and a cancellation at once, which together may be more than there is. */
    private void race(OrderHistory deal) throws InterruptedException {
        List<Thread> racers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            String body = partOfALine();
            SplittableRandom own = random.split();
            racers.add(Thread.ofVirtual().start(() -> quietly(() -> refundAndLearn(deal, body, own))));
        }
        SplittableRandom own = random.split();
        racers.add(Thread.ofVirtual().start(() -> quietly(() -> cancel(deal, own))));
        for (Thread racer : racers) {
            racer.join();
        }
    }

    private void refundAndLearn(OrderHistory deal, String body, RandomGenerator own) throws InterruptedException {
        Answer answer = line.call(refund(deal, body), own);
        if (answer.status() == 201 || answer.status() == 202) {
            String id = answer.text("id");
            deal.refund(id, answer.body().path("amount").asLong(), answer.status() == 201);
            read("/refunds/" + id);
        }
    }

    private void cancel(OrderHistory deal) throws InterruptedException {
        cancel(deal, random);
    }

    private void cancel(OrderHistory deal, RandomGenerator own) throws InterruptedException {
        deal.askedToCancel();
        Answer answer = line.call(
                new Call(
                        Call.Kind.CANCEL,
                        "/payments/" + deal.paymentId() + "/cancel",
                        key("cancel"),
                        "{\"reason\":\"changed my mind\"}"),
                own);
        if (answer.status() == 200) {
            deal.canceled();
        }
    }

    private Call confirmation(OrderHistory deal, long amount) {
        String path = "/payments/" + deal.paymentId() + "/confirm";
        String body = order.confirmation(amount);
        return switch (order.way()) {
            case AT_ONCE, NEVER -> new Call(Call.Kind.CONFIRM, path, key("confirm"), body);
            case UNTIL_COMPLETED -> new Call(Call.Kind.CONFIRM, path, key("confirm"), body, "Prefer", "wait=5");
            case ASYNC -> new Call(Call.Kind.CONFIRM, path, key("confirm"), body, "Prefer", "respond-async");
        };
    }

    private Call refund(OrderHistory deal, String body) {
        return new Call(Call.Kind.REFUND, "/payments/" + deal.paymentId() + "/refunds", key("refund"), body);
    }

    private String partOfALine() {
        Order.Line of = order.lines().get(random.nextInt(order.lines().size()));
        return refundOf(of, random.nextInt(4) == 0 ? of.amount() : 1 + random.nextLong(of.amount()));
    }

    private static String refundOf(Order.Line of, long amount) {
        return "{\"lines\":[{\"lineId\":\"%s\",\"amount\":%d}],\"reason\":\"broken\"}".formatted(of.lineId(), amount);
    }

    private void read(String path) throws InterruptedException {
        JsonNode body = line.read(path).body();
        if (body.has("code")) {
            throw new IllegalStateException("order " + order.orderId() + ": " + path + " can't be read: " + body);
        }
    }

    private Thread beside(Call call) {
        SplittableRandom own = random.split();
        return Thread.ofVirtual().start(() -> quietly(() -> line.call(call, own)));
    }

    private interface Try {
        void run() throws InterruptedException;
    }

    /** Beside the customer's own way. */
    private void quietly(Try attempt) {
        try {
            attempt.run();
        } catch (IllegalStateException e) {
            line.promises().broken("order " + order.orderId() + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized String key(String what) {
        keys++;
        return run + "-" + number + "-" + what + "-" + keys;
    }
}
