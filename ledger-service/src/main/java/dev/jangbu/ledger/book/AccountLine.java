package dev.jangbu.ledger.book;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import java.math.BigInteger;
import java.time.Instant;
import java.util.UUID;

/**
 * A line as the account that it is on shows it. Amounts are minor units.
 *
 * @param lineNo its place in the journal, from 1
 * @param kind why the money moved
 * @param referenceId the payment, refund or payout
 * @param balanceAfter the account's balance with this line and all before it, on its normal side
 * @param book with {@code journalNo}, the journal's place
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
