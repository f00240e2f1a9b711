package dev.jangbu.proving.torture;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What a customer knows of one order, from the answers alone. Several calls of a customer may be under way at once. */
final class OrderHistory {

    /** What was said of the charge. */
    enum Charge {
        NEVER_ASKED,
        APPROVED,
        DECLINED,
        /** A person has to look. */
        IN_REVIEW
    }

    private final Order order;
    private final String paymentId;
    private final Map<String, Long> refunds = new ConcurrentHashMap<>();
    private final Map<String, Boolean> refundsPromised = new ConcurrentHashMap<>();
    private volatile Charge charge = Charge.NEVER_ASKED;
    private volatile boolean canceled;
    private volatile boolean cancelAsked;
    private volatile @Nullable String resolved;

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

    void charge(Charge said) {
        charge = said;
    }

    /** A refund that exists; {@code promised}: it was said that the money goes back. */
    void refund(String id, long amount, boolean promised) {
        refunds.put(id, amount);
        if (promised) {
            refundsPromised.put(id, true);
        }
    }

    /** The amount of each refund that was ever mentioned. */
    Map<String, Long> refunds() {
        return refunds;
    }

    boolean refundWasPromised(String id) {
        return refundsPromised.containsKey(id);
    }

    /** A cancellation was asked for: it may have made a refund whose id no answer said. */
    void askedToCancel() {
        cancelAsked = true;
    }

    boolean cancelWasAsked() {
        return cancelAsked;
    }

    /** It was said that nothing of the order is charged, or all of it goes back. */
    void canceled() {
        canceled = true;
    }

    boolean wasCanceled() {
        return canceled;
    }

    /** A person has decided what the payment was. */
    void resolved(String outcome) {
        resolved = outcome;
    }

    @Nullable
    String resolution() {
        return resolved;
    }
}
