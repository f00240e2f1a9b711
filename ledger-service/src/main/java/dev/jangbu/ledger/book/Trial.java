package dev.jangbu.ledger.book;

import java.time.Instant;
import java.util.List;

/**
 * The trial balance: every account that has moved, per currency. Its debits equal its credits, or the book is broken.
 * Amounts are minor units.
 *
 * @param at the point in time, by {@code recordedAt} of the journals
 */
public record Trial(Instant at, List<CurrencyTrial> currencies) {

    public record CurrencyTrial(String currency, long debits, long credits, List<Account> accounts) {}

    /** @param balance on the account's normal side: debits − credits of an asset, credits − debits of the others */
    public record Account(
            String code, AccountKind kind, String currency, long debits, long credits, long balance, Instant asOf) {}
}
