package dev.jangbu.api.psp;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One cancellation of a payment at the PSP, complete or partial.
 *
 * @param transactionKey the PSP's id of the cancellation
 * @param amountMinor in minor units of the payment's currency
 * @param canceledAt time by the PSP's clock
 */
public record PspCancel(String transactionKey, long amountMinor, Instant canceledAt) {

    private static final int NAMED = 5;

    /** Names cancellations in a sentence: their keys, amounts and times. */
    public static String names(List<PspCancel> cancels) {
        String named = cancels.stream()
                .limit(NAMED)
                .map(cancel -> "%s of %d at %s".formatted(cancel.transactionKey, cancel.amountMinor, cancel.canceledAt))
                .collect(Collectors.joining(", "));
        return cancels.size() > NAMED ? named + " and %d more".formatted(cancels.size() - NAMED) : named;
    }
}
