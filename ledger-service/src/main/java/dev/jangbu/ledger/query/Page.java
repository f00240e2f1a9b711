package dev.jangbu.ledger.query;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param nextCursor the cursor of the next page; null on the last page
 */
record Page<T>(List<T> data, @Nullable String nextCursor) {

    /**
     * Builds a page from query rows.
     *
     * @param rows up to {@code limit} + 1; the extra row shows that there is another page
     * @param cursorAfter the cursor after an item
     */
    static <R, T> Page<T> of(List<R> rows, int limit, Function<R, T> item, Function<R, String> cursorAfter) {
        List<R> shown = rows.size() > limit ? rows.subList(0, limit) : rows;
        return new Page<>(
                shown.stream().map(item).toList(), rows.size() > limit ? cursorAfter.apply(shown.getLast()) : null);
    }
}
