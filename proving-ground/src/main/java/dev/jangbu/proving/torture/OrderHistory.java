package dev.jangbu.proving.torture;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An order as known from its answers. Thread-safe: calls of a customer may run concurrently.
 *
 * @param refunds the amounts of all known refunds, minor units by id
 * @param acknowledgedRefunds ids of the refunds whose success was answered
 */
record OrderHistory(
        Order order, String paymentId, Map<String, Long> refunds, Set<String> acknowledgedRefunds, Set<Event> events) {

    /** An acknowledged outcome or a request of the customer. */
    enum Event {
        APPROVED,
        DECLINED,
        /** The cancellation may have created a refund whose id is unknown. */
        CANCEL_REQUESTED,
        /** The answer was that nothing is charged or all of it is refunded. */
        CANCELED
    }

    OrderHistory(Order order, String paymentId) {
        this(order, paymentId, new ConcurrentHashMap<>(), ConcurrentHashMap.newKeySet(), ConcurrentHashMap.newKeySet());
    }

    boolean has(Event event) {
        return events.contains(event);
    }
}
