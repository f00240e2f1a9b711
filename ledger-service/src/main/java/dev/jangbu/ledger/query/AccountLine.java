package dev.jangbu.ledger.query;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import java.math.BigInteger;
import java.time.Instant;
import java.util.UUID;

/**
 * A line in the list of its account. Amounts are minor units.
 *
 * @param lineNo the number in the journal, from 1
 * @param referenceId the payment, refund or payout
 * @param balanceAfter the account's balance after this line, on its normal side
 * @param book the journal's book
 * @param journalNo the journal's number in the book
 */
record AccountLine(
        UUID settlementId,
        int lineNo,
        SettlementKind kind,
        UUID referenceId,
        Side side,
        long amount,
        BigInteger balanceAfter,
        int book,
        long journalNo,
        Instant recordedAt) {}
