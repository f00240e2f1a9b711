package dev.jangbu.proving.torture;

import dev.jangbu.operator.installation.HttpApi.Response;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An order as known from its answers. Thread-safe: calls of a customer may run concurrently.
 *
 * @param refunds all known refunds by id
 * @param events with the times at which they were learned, {@link System#nanoTime()}
 */
record OrderHistory(Order order, String paymentId, Map<String, KnownRefund> refunds, Map<Event, Long> events)
        implements CallChain.Knowledge {

    /** An acknowledged outcome or a request of the customer. */
    enum Event {
        APPROVED,
        DECLINED,
        /** The cancellation may have created a refund whose id is unknown. */
        CANCEL_REQUESTED,
        /** The answer was that the payment is canceled: nothing is charged. */
        CANCELED,
        /** The answer was that all of the payment is refunded. */
        REFUNDED
    }

    /**
     * What a restore may lose: neither Kafka nor the PSP has a decline, or a cancellation before the confirmation.
     */
    private static final Set<Event> IN_THE_DATABASE_ALONE = Set.of(Event.DECLINED, Event.CANCELED);

    /**
     * A refund.
     *
     * @param amountMinor minor units
     * @param acknowledged whether its success was answered
     * @param at when it was learned, {@link System#nanoTime()}
     */
    record KnownRefund(long amountMinor, boolean acknowledged, long at) {}

    OrderHistory(Order order, String paymentId) {
        this(order, paymentId, new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
    }

    boolean has(Event event) {
        return events.containsKey(event);
    }

    void add(Event event) {
        events.putIfAbsent(event, System.nanoTime());
    }

    @Override
    public void learn(Call call, Response answer) {
        switch (call.kind()) {
            case CONFIRM -> {
                if (answer.status() == 200) {
                    add(Event.APPROVED);
                } else if (answer.status() == 402) {
                    add(Event.DECLINED);
                }
            }
            case CANCEL -> {
                if (answer.status() == 200) {
                    add(answer.text("status").equals("CANCELED") ? Event.CANCELED : Event.REFUNDED);
                }
            }
            case REFUND -> {
                if (answer.status() == 201 || answer.status() == 202) {
                    KnownRefund known = new KnownRefund(
                            answer.body().path("amount").asLong(), answer.status() == 201, System.nanoTime());
                    refunds.merge(answer.text("id"), known, (before, now) -> before.acknowledged() ? before : now);
                }
            }
            case CREATE, PAYOUT, RESOLVE -> {}
        }
    }

    @Override
    public void forget(long since) {
        events.entrySet()
                .removeIf(event -> IN_THE_DATABASE_ALONE.contains(event.getKey()) && event.getValue() - since >= 0);
        // A refund in progress is lost if its call had not reached the PSP.
        refunds.values().removeIf(refund -> !refund.acknowledged() && refund.at() - since >= 0);
    }
}
