package dev.jangbu.ledger.book;

import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the list of an account's lines goes on, and of which moment the list is.
 *
 * @param recordedAt with {@code book}, {@code no} and {@code lineNo}, the line behind which it goes on, towards older ones
 * @param net debits − credits of the account up to there, at that moment
 * @param heads how far each book was at that moment: what was posted later is no part of the list
 */
record LinePosition(Instant recordedAt, int book, long no, int lineNo, BigInteger net, List<Head> heads) {

    /** How many texts {@link #parts()} has. */
    static final int PARTS = 6;

    /** Later than any line. */
    private static final Instant END = Instant.parse("9999-12-31T23:59:59Z");

    /** A book's last number. */
    record Head(int book, long no) {

        @Override
        public String toString() {
            return book + ":" + no;
        }

        static Head of(String text) {
            int colon = text.indexOf(':');
            return new Head(Integer.parseInt(text.substring(0, colon)), Long.parseLong(text.substring(colon + 1)));
        }
    }

    /** Before the newest line of a moment. */
    static LinePosition newest(BigInteger net, List<Head> heads) {
        return new LinePosition(END, 0, 0, 0, net, heads);
    }

    /** Behind a line, whose own amount is taken off. */
    LinePosition behind(AccountLine line, BigInteger rest) {
        return new LinePosition(line.recordedAt(), line.book(), line.journalNo(), line.lineNo(), rest, heads);
    }

    /** As texts without spaces, for {@link Cursor}. */
    Object[] parts() {
        return new Object[] {
            recordedAt.toEpochMilli(),
            book,
            no,
            lineNo,
            net,
            String.join(",", heads.stream().map(Head::toString).toList())
        };
    }

    static LinePosition of(List<String> parts) {
        List<Head> heads = new ArrayList<>();
        for (String head : parts.get(5).split(",", -1)) {
            heads.add(Head.of(head));
        }
        return new LinePosition(
                Instant.ofEpochMilli(Long.parseLong(parts.get(0))),
                Integer.parseInt(parts.get(1)),
                Long.parseLong(parts.get(2)),
                Integer.parseInt(parts.get(3)),
                new BigInteger(parts.get(4)),
                heads);
    }
}
