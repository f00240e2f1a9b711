package dev.jangbu.ledger.query;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The trial balance: all accounts with lines, per currency. Total debits equal total credits if the ledger is intact.
 * Amounts are minor units.
 *
 * @param at the point in time, compared with {@code recordedAt} of the journals
 * @param isFinal whether a later read for the same past time gives the same; null unless a past time was asked for
 * @param books how far each book is, if that is not final; else null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrialBalance(
        Instant at,
        @JsonProperty("final") @Nullable Boolean isFinal,
        @Nullable List<BookProgress> books,
        List<CurrencyTotals> currencies) {

    TrialBalance with(Finality.State state) {
        return new TrialBalance(at, state.isFinal(), state.booksUnlessFinal(), currencies);
    }

    public record CurrencyTotals(String currency, BigInteger debits, BigInteger credits, List<Account> accounts) {}
}
