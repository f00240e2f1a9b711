package dev.jangbu.ledger.book;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list.
 *
 * @param nextCursor what to send to get the part after this one; null: this is the last
 */
record Page<T>(List<T> data, @Nullable String nextCursor) {

    /**
     * Cuts a page out of what was read.
     *
     * @param read up to {@code limit} + 1 items: the one too many says that there are more
     * @param cursorAfter the cursor that goes on behind an item
     */
    static <R, T> Page<T> of(List<R> read, int limit, Function<R, T> item, Function<R, String> cursorAfter) {
        List<R> shown = read.size() > limit ? read.subList(0, limit) : read;
        return new Page<>(
                shown.stream().map(item).toList(), read.size() > limit ? cursorAfter.apply(shown.getLast()) : null);
    }
}
