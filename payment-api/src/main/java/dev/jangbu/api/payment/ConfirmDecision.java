package dev.jangbu.api.payment;

/**
 * Chooses the next step of a confirmation by the payment's status. Pure function; the caller holds the payment's row
 * lock.
 */
final class ConfirmDecision {

    private ConfirmDecision() {}

    /** The next step of a confirmation. */
    enum Step {
        /** Charge the payment at the PSP. */
        CHARGE,
        /** Queue the payment: the client prefers not to wait. */
        ACCEPT,
        /** The outcome is open and no lease is live: inquire at the PSP. */
        INQUIRE,
        /** Already charged: 200 with the payment. */
        RETURN_CHARGED,
        /** Still open: 202 with the payment. */
        RETURN_OPEN,
        /** 409: another call is working on the payment. */
        REFUSE_IN_PROGRESS,
        /** 409: the payment ended in another way. */
        REFUSE_FINAL,
        /** 422: the amount differs from the payment's. */
        REFUSE_AMOUNT
    }

    /**
     * Chooses the step.
     *
     * @param amountMinor in minor units, from the request
     * @param async whether the client prefers a queued payment to waiting
     * @param repeated whether an earlier call with this idempotency key started the confirmation
     */
    static Step decide(Payment payment, String paymentKey, long amountMinor, boolean async, boolean repeated) {
        boolean same = paymentKey.equals(payment.paymentKey()) && amountMinor == payment.amountMinor();
        return switch (payment.status()) {
            case READY -> ready(payment, amountMinor, async);
            case ACCEPTED -> same ? Step.RETURN_OPEN : Step.REFUSE_IN_PROGRESS;
            case EXECUTING -> payment.progress().leaseLive() || !same ? Step.REFUSE_IN_PROGRESS : Step.INQUIRE;
            case UNKNOWN -> unknown(payment, same);
            case REVIEW -> repeated ? Step.RETURN_OPEN : Step.REFUSE_IN_PROGRESS;
            case APPROVED, COMPLETED -> same ? Step.RETURN_CHARGED : Step.REFUSE_FINAL;
            case DECLINED, CANCELED, EXPIRED -> Step.REFUSE_FINAL;
        };
    }

    private static Step ready(Payment payment, long amountMinor, boolean async) {
        if (payment.expired()) {
            return Step.REFUSE_FINAL;
        }
        if (amountMinor != payment.amountMinor()) {
            return Step.REFUSE_AMOUNT;
        }
        return async ? Step.ACCEPT : Step.CHARGE;
    }

    private static Step unknown(Payment payment, boolean same) {
        if (!same) {
            return Step.REFUSE_IN_PROGRESS;
        }
        return payment.progress().leaseLive() || !payment.progress().inquiryDue() ? Step.RETURN_OPEN : Step.INQUIRE;
    }
}
