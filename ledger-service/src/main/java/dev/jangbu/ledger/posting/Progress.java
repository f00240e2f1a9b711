package dev.jangbu.ledger.posting;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a book came with a batch.
 *
 * @param posted in the order of their offsets
 * @param doneTo the first offset that is not dealt with
 * @param stop why the book cannot go beyond it; null if it can
 */
record Progress(List<Posted> posted, long doneTo, @Nullable String stop) {}
