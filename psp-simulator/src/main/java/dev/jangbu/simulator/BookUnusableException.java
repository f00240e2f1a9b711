package dev.jangbu.simulator;

import org.jspecify.annotations.Nullable;

/**
 * The book is full, or cannot be written. Whoever throws it has logged why, once; callers answer 500 and log nothing.
 */
final class BookUnusableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BookUnusableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
