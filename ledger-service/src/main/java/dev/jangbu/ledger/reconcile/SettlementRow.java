package dev.jangbu.ledger.reconcile;

import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * A row of a settlement file.
 *
 * @param line where it is in the file, from 1
 * @param type whether money came in or went back
 * @param reference what we called it when we asked the provider for it: {@code confirm:{paymentId}} or {@code
 *     refund:{refundId}}; anything else is none of ours
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

    /** The payment or refund that it is of, the referenceId of its journals; empty if it names none of ours. */
    Optional<UUID> referenceId() {
        if (!reference.startsWith(type.prefix)) {
            return Optional.empty();
        }
        String id = reference.substring(type.prefix.length());
        try {
            UUID read = UUID.fromString(id);
            return read.toString().equals(id.toLowerCase(Locale.ROOT)) ? Optional.of(read) : Optional.empty();
        } catch (IllegalArgumentException noId) {
            return Optional.empty();
        }
    }
}
