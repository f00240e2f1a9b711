package dev.jangbu.ledger.query;

import java.math.BigInteger;
import java.time.Instant;
import java.util.List;

/**
 * The trial balance: all accounts with lines, per currency. Total debits equal total credits if the ledger is intact.
 * Amounts are minor units.
 *
 * @param at the point in time, compared with {@code recordedAt} of the journals
 */
public record TrialBalance(Instant at, List<CurrencyTotals> currencies) {

    public record CurrencyTotals(String currency, BigInteger debits, BigInteger credits, List<Account> accounts) {}
}
