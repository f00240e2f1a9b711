package dev.jangbu.settlement.query;

import org.jspecify.annotations.Nullable;

/** Nobody can say for now what a wallet holds: its store is being restored, or its owner is changing. */
final class RestoringException extends RuntimeException {

    RestoringException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
