package dev.jangbu.ledger.book;

import dev.jangbu.contract.Side;

/**
 * One amount on one side of one account.
 *
 * @param account the account's code, see {@link AccountKind}
 * @param side DEBIT or CREDIT
 * @param amountMinor minor units of the journal's currency; above 0, which the database insists on
 */
public record Line(String account, Side side, long amountMinor) {}
