package dev.jangbu.api.payment;

/** What to do with a confirmation, by where the payment stands: a pure function, decided under the payment's row lock. */
final class ConfirmDecision {

    private ConfirmDecision() {}

    /** What a confirmation comes to. */
    enum Step {
        /** Set out to the PSP. */
        GO,
        /** Queue it: the client would rather not wait. */
        ACCEPT,
        /** The outcome is open and nobody is at it: ask the PSP for it first. */
        RESOLVE,
        /** It has been done: answer the payment as it is. */
        ANSWER,
        /** It is open and will close by itself: 202 with the payment as it is. */
        ANSWER_OPEN,
        /** 409: somebody is at it. */
        REFUSE_IN_PROGRESS,
        /** 409: it came to an end in another way. */
        REFUSE_FINAL,
        /** 422: the amount is not the payment's. */
        REFUSE_AMOUNT
    }

    /**
     * Decides.
     *
     * @param amount minor units, as the client gave it
     * @param async whether the client would rather have it queued than wait
     * @param repeated whether this call's idempotency key has begun this very work before
     */
    static Step decide(Payment payment, String paymentKey, long amount, boolean async, boolean repeated) {
        boolean same = paymentKey.equals(payment.paymentKey()) && amount == payment.amount();
        return switch (payment.status()) {
            case READY -> ready(payment, amount, async);
            case ACCEPTED -> same ? Step.ANSWER_OPEN : Step.REFUSE_IN_PROGRESS;
            case EXECUTING -> payment.leaseLive() || !same ? Step.REFUSE_IN_PROGRESS : Step.RESOLVE;
            case UNKNOWN -> unknown(payment, same);
            case REVIEW -> repeated ? Step.ANSWER_OPEN : Step.REFUSE_IN_PROGRESS;
            case APPROVED, COMPLETED -> same ? Step.ANSWER : Step.REFUSE_FINAL;
            case DECLINED, CANCELED, EXPIRED -> Step.REFUSE_FINAL;
        };
    }

    private static Step ready(Payment payment, long amount, boolean async) {
        if (payment.expired()) {
            return Step.REFUSE_FINAL;
        }
        if (amount != payment.amount()) {
            return Step.REFUSE_AMOUNT;
        }
        return async ? Step.ACCEPT : Step.GO;
    }

    private static Step unknown(Payment payment, boolean same) {
        if (!same) {
            return Step.REFUSE_IN_PROGRESS;
        }
        return payment.leaseLive() || !payment.resolutionDue() ? Step.ANSWER_OPEN : Step.RESOLVE;
    }
}
