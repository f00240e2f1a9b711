package dev.jangbu.ledger.posting;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of posting one batch to a book.
 *
 * @param posted in offset order
 * @param nextOffset the first offset that is not processed
 * @param stopReason why the book stops at {@code nextOffset}; null if it does not
 */
record BatchResult(
        List<PostedEntry> posted, long nextOffset, @Nullable String stopReason) {}
