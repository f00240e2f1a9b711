package dev.jangbu.ledger.reconcile;

import dev.jangbu.contract.UuidText;
import java.util.Optional;
import java.util.UUID;

/**
 * A row of a settlement file.
 *
 * @param line the line number in the file, from 1
 * @param type CHARGE or CANCEL
 * @param reference the idempotency key of the call to the provider: {@code confirm:{paymentId}} or {@code
 *     refund:{refundId}}; other references are unknown
 * @param currency ISO 4217 letters
 * @param amountMinor minor units, above 0
 */
record SettlementRow(long line, Type type, String reference, String currency, long amountMinor) {

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
}
