package dev.jangbu.ledger.query;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.jangbu.ledger.journal.AccountKind;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An account in one currency at a point in time. Amounts are minor units. Sums over many wallets may exceed a long.
 *
 * @param code see {@link AccountKind}
 * @param balance on the account's normal side: debits − credits of an asset, credits − debits of the others
 * @param asOf the point in time, compared with {@code recordedAt} of the journals; now includes all posted journals
 * @param isFinal whether a later read for the same past time gives the same; null unless a past time was asked for
 * @param books how far each book is, if that is not final; else null
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Account(
        String code,
        AccountKind kind,
        String currency,
        BigInteger debits,
        BigInteger credits,
        BigInteger balance,
        Instant asOf,
        @JsonProperty("final") @Nullable Boolean isFinal,
        @Nullable List<BookProgress> books) {

    static Account of(
            String code, AccountKind kind, String currency, BigInteger debits, BigInteger credits, Instant asOf) {
        return new Account(code, kind, currency, debits, credits, kind.balance(debits, credits), asOf, null, null);
    }

    Account with(Finality.State state) {
        return new Account(
                code, kind, currency, debits, credits, balance, asOf, state.isFinal(), state.booksUnlessFinal());
    }
}
