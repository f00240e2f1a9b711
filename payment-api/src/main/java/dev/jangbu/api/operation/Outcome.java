package dev.jangbu.api.operation;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The outcome of an attempt at the PSP. */
public sealed interface Outcome {

    /**
     * The PSP moved exactly the requested money.
     *
     * @param transactionKey the PSP's id of a refund's cancellation; empty for a charge, and if the PSP didn't name it
     * @param pspTime time of the charge or the cancellation by the PSP's clock; null if a person decided without an
     *     answer of the PSP that shows it
     */
    record Approved(String transactionKey, @Nullable Instant pspTime) implements Outcome {

        @Override
        public String detail() {
            return transactionKey;
        }
    }

    /** The PSP will never do it. The detail is the PSP's own code. */
    record Refused(String detail) implements Outcome {}

    /** Not known yet; the recovery inquires again later. */
    record Unknown(String detail) implements Outcome {}

    /** The PSP did something other than requested: a person decides. */
    record Review(String detail) implements Outcome {}

    /** A code, a key or the reason, as stored with the attempt. */
    String detail();

    /** This outcome; a review if no attempt up to the limit got an answer. */
    default Outcome limited(int attempts, int maxAttempts) {
        return this instanceof Unknown && attempts >= maxAttempts
                ? new Review("no answer in %d attempts: %s".formatted(attempts, detail()))
                : this;
    }
}
