package dev.jangbu.ledger.reconcile;

import dev.jangbu.contract.UuidText;
import java.util.Optional;
import java.util.UUID;

/**
 * A row of a settlement file. A text that the file doesn't have is empty.
 *
 * @param line the line number in the file, from 1; of a file without lines, the number of the object
 * @param reference the idempotency key of the call to the provider: {@code confirm:{paymentId}} or {@code
 *     refund:{refundId}}; other references are unknown
 * @param paymentKey the provider's key of the payment
 * @param transactionKey the provider's key of the charge or the cancellation
 * @param currency ISO 4217 letters
 * @param amountMinor minor units, above 0
 */
record SettlementRow(
        long line,
        Type type,
        String reference,
        String paymentKey,
        String transactionKey,
        String currency,
        long amountMinor) {

    enum Type {
        CHARGE("confirm:"),
        CANCEL("refund:");

        private final String prefix;

        Type(String prefix) {
            this.prefix = prefix;
        }
    }

    /** The payment or refund, which is the referenceId of its journals; empty if the reference is unknown. */
    Optional<UUID> referenceId() {
        return reference.startsWith(type.prefix)
                ? UuidText.parse(reference.substring(type.prefix.length()))
                : Optional.empty();
    }

    /** The row in words, with the provider's keys. */
    String description() {
        return "%s of %d %s in line %d".formatted(type, amountMinor, currency, line)
                + (transactionKey.isEmpty() ? "" : ", transaction " + transactionKey)
                + (paymentKey.isEmpty() ? "" : ", payment key " + paymentKey);
    }
}
