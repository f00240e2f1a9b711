package dev.jangbu.ledger.journal;

import dev.jangbu.contract.Side;

/**
 * One amount on one side of one account.
 *
 * @param account the account's code, see {@link AccountKind}
 * @param side DEBIT or CREDIT
 * @param amountMinor minor units of the journal's currency; above 0, checked by the database
 */
public record Line(String account, Side side, long amountMinor) {}
