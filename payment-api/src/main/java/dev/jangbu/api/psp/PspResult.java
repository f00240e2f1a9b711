package dev.jangbu.api.psp;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The result of a call to a PSP. */
public sealed interface PspResult {

    /**
     * The PSP has charged.
     *
     * @param amountMinor in minor units of the currency
     * @param approvedAt time of the charge by the PSP's clock
     * @param lastTransactionKey the PSP's id of the payment's latest transaction: of the charge in the answer to its
     *     confirmation, of the cancellation in the answer to a cancellation; null if the PSP doesn't name it
     * @param canceled whether the charge was refunded, partly or completely
     * @param cancels the cancellations, oldest first; empty unless canceled
     */
    record Charged(
            String paymentKey,
            String orderId,
            long amountMinor,
            String currency,
            Instant approvedAt,
            @Nullable String lastTransactionKey,
            boolean canceled,
            List<PspCancel> cancels)
            implements PspResult {

        public Charged {
            cancels = List.copyOf(cancels);
        }
    }

    /** The PSP refuses this call for good. An earlier one may have succeeded: a look-up shows it. */
    sealed interface Refusal extends PspResult {

        /** The PSP's own code. */
        String code();
    }

    /** A refusal whose code says that this call moved no money. */
    record Declined(String code) implements Refusal {}

    /** A refusal whose code doesn't say whether this call moved money. */
    record Rejected(String code) implements Refusal {}

    /** Neither a charge nor a refusal. */
    sealed interface Open extends PspResult {}

    /** The PSP knows the payment and has neither charged nor refused. */
    record InProgress() implements Open {}

    /** The PSP does not know the payment. */
    record NotFound() implements Open {}

    /** Unknown: a timeout, a broken connection, an unreadable response, or an error code that is not final. */
    record Uncertain(String reason) implements Open {}
}
