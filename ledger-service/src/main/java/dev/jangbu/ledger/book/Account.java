package dev.jangbu.ledger.book;

import java.math.BigInteger;
import java.time.Instant;

/**
 * An account in one currency, as it stands at a time. Amounts are minor units, and may be larger than a long: the sum of
 * many wallets is.
 *
 * @param code see {@link AccountKind}
 * @param balance on the account's normal side: debits − credits of an asset, credits − debits of the others
 * @param asOf the time, by {@code recordedAt} of the journals; now includes all that is posted
 */
public record Account(
        String code,
        AccountKind kind,
        String currency,
        BigInteger debits,
        BigInteger credits,
        BigInteger balance,
        Instant asOf) {

    static Account of(
            String code, AccountKind kind, String currency, BigInteger debits, BigInteger credits, Instant asOf) {
        return new Account(code, kind, currency, debits, credits, kind.balance(debits, credits), asOf);
    }
}
