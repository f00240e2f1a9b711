package dev.jangbu.proving.torture;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The state of one order as known from its answers. Thread-safe: calls of a customer may run concurrently. */
final class OrderHistory {

    /** The acknowledged outcome of the charge. */
    enum Charge {
        UNCONFIRMED,
        APPROVED,
        DECLINED,
        /** Must be resolved by an operator. */
        IN_REVIEW
    }

    private final Order order;
    private final String paymentId;
    private final Map<String, Long> refunds = new ConcurrentHashMap<>();
    private final Set<String> acknowledgedRefunds = ConcurrentHashMap.newKeySet();
    private volatile Charge charge = Charge.UNCONFIRMED;
    private volatile boolean canceled;
    private volatile boolean cancelRequested;

    OrderHistory(Order order, String paymentId) {
        this.order = order;
        this.paymentId = paymentId;
    }

    Order order() {
        return order;
    }

    String paymentId() {
        return paymentId;
    }

    Charge charge() {
        return charge;
    }

    void charge(Charge outcome) {
        charge = outcome;
    }

    /** Adds a refund; {@code acknowledged}: its success was answered. */
    void refund(String id, long amountMinor, boolean acknowledged) {
        refunds.put(id, amountMinor);
        if (acknowledged) {
            acknowledgedRefunds.add(id);
        }
    }

    /** The amounts of all known refunds, by id. */
    Map<String, Long> refunds() {
        return refunds;
    }

    boolean isRefundAcknowledged(String id) {
        return acknowledgedRefunds.contains(id);
    }

    /** Records a cancellation request; it may have created a refund whose id is unknown. */
    void cancelRequested() {
        cancelRequested = true;
    }

    boolean wasCancelRequested() {
        return cancelRequested;
    }

    /** Records the answer that nothing is charged or all of it is refunded. */
    void canceled() {
        canceled = true;
    }

    boolean wasCanceled() {
        return canceled;
    }
}
