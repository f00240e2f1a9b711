package dev.jangbu.ledger.query;

import dev.jangbu.ledger.journal.AccountKind;
import java.math.BigInteger;
import java.time.Instant;

/**
 * An account in one currency at a point in time. Amounts are minor units. Sums over many wallets may exceed a long.
 *
 * @param code see {@link AccountKind}
 * @param balance on the account's normal side: debits − credits of an asset, credits − debits of the others
 * @param asOf the point in time, compared with {@code recordedAt} of the journals; now includes all posted journals
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
