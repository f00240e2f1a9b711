package dev.jangbu.ledger.reconcile;

import java.util.Locale;
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
        if (!reference.startsWith(type.prefix)) {
            return Optional.empty();
        }
        String id = reference.substring(type.prefix.length());
        try {
            UUID uuid = UUID.fromString(id);
            return uuid.toString().equals(id.toLowerCase(Locale.ROOT)) ? Optional.of(uuid) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
