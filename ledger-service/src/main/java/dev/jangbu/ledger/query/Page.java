package dev.jangbu.ledger.query;

import java.util.List;
import java.util.function.BiFunction;
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
     * @param cursorBetween the cursor between the last item of the page and the first of the next
     */
    static <T> Page<T> of(List<T> rows, int limit, BiFunction<T, T, String> cursorBetween) {
        return rows.size() <= limit
                ? new Page<>(rows, null)
                : new Page<>(rows.subList(0, limit), cursorBetween.apply(rows.get(limit - 1), rows.get(limit)));
    }
}
