package dev.jangbu.ledger.query;

import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The position in the list of an account's lines, and the snapshot of the list.
 *
 * @param recordedAt with {@code book}, {@code no} and {@code lineNo}: the last line listed; older lines follow
 * @param net debits − credits of the account before that line, in the snapshot
 * @param heads the last journal number of each book in the snapshot; later journals are not listed
 */
record LinePosition(Instant recordedAt, int book, long no, int lineNo, BigInteger net, List<Head> heads) {

    /** The number of {@link #parts()}. */
    static final int PARTS = 6;

    /** Later than any line. */
    private static final Instant END = Instant.parse("9999-12-31T23:59:59Z");

    /** A book's last journal number. */
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

    /** The position before the newest line. */
    static LinePosition newest(BigInteger net, List<Head> heads) {
        return new LinePosition(END, 0, 0, 0, net, heads);
    }

    /** The position after a line; {@code rest} is the net without it. */
    LinePosition after(AccountLine line, BigInteger rest) {
        return new LinePosition(line.recordedAt(), line.book(), line.journalNo(), line.lineNo(), rest, heads);
    }

    /** The parts for {@link Cursor}, without spaces. */
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
