package dev.jangbu.proving.torture;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.operator.console.InterruptibleTask;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.torture.OrderHistory.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Runs one order of a simulated customer: create, confirm, cancel and refund, as the seed decides. */
final class Customer {

    private static final Set<String> OPEN = Set.of("READY", "ACCEPTED", "EXECUTING", "UNKNOWN");

    private final FlakyClient client;
    private final CallChain calls;
    private final String run;
    private final int number;
    private final SplittableRandom random;
    private final Order order;
    private int keys;

    Customer(FlakyClient client, String run, long seed, int number) {
        this.calls = client.restores().newChain();
        this.client = client.of(calls);
        this.run = run;
        this.number = number;
        this.random = new SplittableRandom(seed * 1_000_003 + number);
        this.order = Order.of(run, number, random);
    }

    /**
     * Runs the order.
     *
     * @param onCreated receives the history as soon as the payment exists, so that it is checked even if the run
     *     fails
     */
    void run(Consumer<OrderHistory> onCreated) throws InterruptedException {
        Response created = client.call(new Call(Call.Kind.CREATE, "/payments", key("create"), order.body()), random);
        if (created.status() != 201) {
            throw new IllegalStateException("order " + order.orderId() + " was not created: " + created);
        }
        OrderHistory history = new OrderHistory(order, created.text("id"));
        calls.attach(history);
        onCreated.accept(history);
        beforeConfirmation(history);
        if (order.mode() == Order.ConfirmMode.NEVER) {
            return;
        }
        confirm(history);
        if (history.has(Event.APPROVED)) {
            afterApproval(history);
        }
    }

    /** Tries calls before the confirmation, including some that must be rejected. */
    private void beforeConfirmation(OrderHistory history) throws InterruptedException {
        switch (random.nextInt(16)) {
            case 0 -> cancel(history, random);
            case 1 -> expectRejection(history, confirmation(history, order.amountMinor() + 1), "422 amount-mismatch");
            case 2 ->
                expectRejection(history, refund(history, "{\"reason\":\"too early\"}"), "409 payment-not-refundable");
            default -> read("/payments/" + history.paymentId());
        }
    }

    private void expectRejection(OrderHistory history, Call call, String code) throws InterruptedException {
        Response answer = client.untilAnswered(call);
        if (!AcknowledgedAnswers.code(answer).equals(code)) {
            throw new IllegalStateException(
                    "order " + history.order().orderId() + ": expected " + code + ", got " + answer + " to " + call);
        }
    }

    private void confirm(OrderHistory history) throws InterruptedException {
        Call call = confirmation(history, order.amountMinor());
        List<Thread> others = new ArrayList<>();
        if (random.nextInt(10) == 0) {
            Call copy = confirmation(history, order.amountMinor());
            others.add(concurrently(branch -> client.call(copy, branch)));
        }
        if (order.mode() == Order.ConfirmMode.ASYNC && random.nextInt(8) == 0) {
            others.add(concurrently(branch -> cancel(history, branch)));
        }
        Response answer = client.call(call, random);
        for (Thread other : others) {
            other.join();
        }
        if (answer.status() != 200 && answer.status() != 402) {
            awaitOutcome(history);
        }
    }

    private void awaitOutcome(OrderHistory history) throws InterruptedException {
        Response payment = client.readUntil(
                answer -> answer.status() == 200 && !OPEN.contains(answer.text("status")),
                Duration.ZERO,
                "/payments/" + history.paymentId(),
                "Prefer",
                "wait=5");
        switch (payment.text("status")) {
            case "APPROVED", "COMPLETED" -> history.add(Event.APPROVED);
            case "DECLINED" -> history.add(Event.DECLINED);
            default -> {}
        }
    }

    /** Refunds nothing, a part of a line, all, several amounts concurrently, or too much. */
    private void afterApproval(OrderHistory history) throws InterruptedException {
        int draw = random.nextInt(100);
        if (draw < 45) {
            read("/payments/" + history.paymentId() + "/history");
        } else if (draw < 65) {
            requestRefund(history, partialRefund(), random);
        } else if (draw < 75) {
            requestRefund(history, "{\"reason\":\"all of it\"}", random);
        } else if (draw < 85) {
            cancel(history, random);
        } else if (draw < 95) {
            race(history);
        } else {
            Order.Line first = order.lines().getFirst();
            Call tooMuch = refund(history, refundOf(first, first.amountMinor() + 1));
            expectRejection(history, tooMuch, "422 refund-exceeds-payment");
        }
        if (random.nextInt(4) == 0) {
            requestRefund(history, partialRefund(), random);
        }
    }

    /** Sends refunds and a cancellation concurrently, which together may exceed the payment. */
    private void race(OrderHistory history) throws InterruptedException {
        List<Thread> calls = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            String body = partialRefund();
            calls.add(concurrently(branch -> requestRefund(history, body, branch)));
        }
        calls.add(concurrently(branch -> cancel(history, branch)));
        for (Thread call : calls) {
            call.join();
        }
    }

    private void requestRefund(OrderHistory history, String body, RandomGenerator branch) throws InterruptedException {
        Response answer = client.call(refund(history, body), branch);
        if (answer.status() == 201 || answer.status() == 202) {
            read("/refunds/" + answer.text("id"));
        }
    }

    private void cancel(OrderHistory history, RandomGenerator branch) throws InterruptedException {
        history.add(Event.CANCEL_REQUESTED);
        String path = "/payments/" + history.paymentId() + "/cancel";
        client.call(new Call(Call.Kind.CANCEL, path, key("cancel"), "{\"reason\":\"changed my mind\"}"), branch);
    }

    private Call confirmation(OrderHistory history, long amountMinor) {
        String path = "/payments/" + history.paymentId() + "/confirm";
        String body = order.confirmation(amountMinor);
        List<String> headers =
                switch (order.mode()) {
                    case SYNC, NEVER -> List.of();
                    case UNTIL_COMPLETED -> List.of("Prefer", "wait=5");
                    case ASYNC -> List.of("Prefer", "respond-async");
                };
        return new Call(Call.Kind.CONFIRM, path, key("confirm"), body, headers);
    }

    private Call refund(OrderHistory history, String body) {
        return new Call(Call.Kind.REFUND, "/payments/" + history.paymentId() + "/refunds", key("refund"), body);
    }

    private String partialRefund() {
        Order.Line of = order.lines().get(random.nextInt(order.lines().size()));
        return refundOf(of, random.nextInt(4) == 0 ? of.amountMinor() : 1 + random.nextLong(of.amountMinor()));
    }

    private static String refundOf(Order.Line of, long amountMinor) {
        return "{\"lines\":[{\"lineId\":\"%s\",\"amount\":%d}],\"reason\":\"broken\"}"
                .formatted(of.lineId(), amountMinor);
    }

    private void read(String path) throws InterruptedException {
        JsonNode body = client.read(path).body();
        if (body.has("code")) {
            throw new IllegalStateException("order " + order.orderId() + ": " + path + " can't be read: " + body);
        }
    }

    @FunctionalInterface
    private interface Attempt {
        void run(SplittableRandom branch) throws InterruptedException;
    }

    /** Starts an attempt in a thread of its own; a failure is a violation. */
    private Thread concurrently(Attempt attempt) {
        SplittableRandom branch = random.split();
        return Thread.ofVirtual().start(InterruptibleTask.of(() -> {
            try {
                attempt.run(branch);
            } catch (IllegalStateException e) {
                client.answers().addViolation("order " + order.orderId() + ": " + e.getMessage());
            }
        }));
    }

    private synchronized String key(String what) {
        keys++;
        return run + "-" + number + "-" + what + "-" + keys;
    }
}
