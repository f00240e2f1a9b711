package dev.jangbu.ledger.query;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a book is posted.
 *
 * @param recordedAt of its last journal; null if it has none
 */
public record BookProgress(int book, @Nullable Instant recordedAt) {}
