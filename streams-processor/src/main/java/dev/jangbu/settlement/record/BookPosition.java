package dev.jangbu.settlement.record;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A position in the books: for each book, the highest journal number of a reference. Its text form is {@code 0:17,3:4}.
 * A client gets it with a completed payment and passes it to a balance read that must include this payment.
 *
 * <p>A book is a partition of {@code ledger.entries}, and so of {@code settlement.requests}. Its journals are numbered
 * in the order in which the wallet processor emitted the entries: journal n of book b is the n-th entry of partition b.
 * The entry count of a partition ({@code EntryCount}) therefore tells if its wallets have passed a position.
 *
 * @param journals book → journal number, both as in {@code LedgerPosted}
 */
public record BookPosition(Map<Integer, Long> journals) {

    /** Longer than the position of a reference in every book that can exist. */
    private static final int MAX_CHARS = 4_096;

    private static final Pattern FORM = Pattern.compile("\\d{1,9}:\\d{1,18}(,\\d{1,9}:\\d{1,18})*");

    /** The position before the first journal of every book. */
    public static final BookPosition START = new BookPosition(Map.of());

    public BookPosition {
        journals = Map.copyOf(journals);
    }

    /** This position, advanced to a journal of one book if it is not past it already. */
    public BookPosition with(int book, long journalNo) {
        Map<Integer, Long> advanced = new TreeMap<>(journals);
        advanced.merge(book, journalNo, Math::max);
        return new BookPosition(advanced);
    }

    /** The journal number in a book; 0 if the position does not name the book. */
    public long journalNo(int book) {
        return journals.getOrDefault(book, 0L);
    }

    /** Parses the text form; empty if it is malformed. */
    public static Optional<BookPosition> parse(String text) {
        if (text.length() > MAX_CHARS || !FORM.matcher(text).matches()) {
            return Optional.empty();
        }
        BookPosition position = START;
        for (String part : text.split(",", -1)) {
            int colon = part.indexOf(':');
            position = position.with(
                    Integer.parseInt(part, 0, colon, 10), Long.parseLong(part, colon + 1, part.length(), 10));
        }
        return Optional.of(position);
    }

    @Override
    public String toString() {
        return new TreeMap<>(journals)
                .entrySet().stream()
                        .map(journal -> journal.getKey() + ":" + journal.getValue())
                        .collect(Collectors.joining(","));
    }
}
