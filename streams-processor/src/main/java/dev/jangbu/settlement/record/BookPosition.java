package dev.jangbu.settlement;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A place in the books: for each book that a reference touched, the highest number of its journals there. As text {@code
 * 0:17,3:4}, which a client gets with a completed payment and gives to a balance read that must not be behind it.
 *
 * <p>A book is a partition of {@code ledger.entries}, and so of {@code settlement.requests}, and its journals are numbered in the
 * order in which the wallet desk emitted its entries: journal n of book b is the n-th entry of that partition's desk. So the
 * desk's own count says whether its wallets have passed a position, wherever and however they were restored.
 *
 * @param journals book → journal number, both as in {@code LedgerPosted}
 */
public record BookPosition(Map<Integer, Long> journals) {

    /** As many books as there may be partitions, each with the longest of numbers, would still be shorter. */
    private static final int MAX_CHARS = 4_096;

    private static final Pattern FORM = Pattern.compile("\\d{1,9}:\\d{1,18}(,\\d{1,9}:\\d{1,18})*");

    public static final BookPosition NOWHERE = new BookPosition(Map.of());

    public BookPosition {
        journals = Map.copyOf(journals);
    }

    /** This position, or a later one in that book. */
    public BookPosition with(int book, long journalNo) {
        Map<Integer, Long> more = new TreeMap<>(journals);
        more.merge(book, journalNo, Math::max);
        return new BookPosition(more);
    }

    /** The number of the journal in that book, or 0. */
    public long in(int book) {
        return journals.getOrDefault(book, 0L);
    }

    /** Reads the text of a position; empty if it is not of that form. */
    public static Optional<BookPosition> parse(String text) {
        if (text.length() > MAX_CHARS || !FORM.matcher(text).matches()) {
            return Optional.empty();
        }
        BookPosition position = NOWHERE;
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
