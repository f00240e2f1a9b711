package dev.jangbu.ledger.book;

import java.math.BigInteger;
import java.time.Instant;
import java.util.List;

/**
 * The trial balance: every account that has moved, per currency. Its debits equal its credits, or the book is broken.
 * Amounts are minor units.
 *
 * @param at the point in time, by {@code recordedAt} of the journals
 */
public record Trial(Instant at, List<CurrencyTrial> currencies) {

    public record CurrencyTrial(String currency, BigInteger debits, BigInteger credits, List<Account> accounts) {}
}
