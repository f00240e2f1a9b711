package dev.jangbu.ledger.query;

import java.math.BigInteger;
import java.time.Instant;
import java.util.Map;

/**
 * The position in the list of an account's lines, and the snapshot of the list.
 *
 * @param recordedAt with {@code book}, {@code no} and {@code lineNo}: the last line listed; older lines follow
 * @param balance the account's balance before that line, in the snapshot
 * @param heads the last journal number of each book in the snapshot; later journals are not listed
 */
record LinePosition(Instant recordedAt, int book, long no, int lineNo, BigInteger balance, Map<Integer, Long> heads) {

    /** Later than any line. */
    private static final Instant END = Instant.parse("9999-12-31T23:59:59Z");

    /** The position before the newest line. */
    static LinePosition newest(BigInteger balance, Map<Integer, Long> heads) {
        return new LinePosition(END, 0, 0, 0, balance, heads);
    }

    /** The position between two lines of the list. */
    LinePosition between(AccountLine last, AccountLine next) {
        return new LinePosition(
                last.recordedAt(), last.book(), last.journalNo(), last.lineNo(), next.balanceAfter(), heads);
    }
}
