package dev.jangbu.settlement.query;

import org.jspecify.annotations.Nullable;

/** A wallet can't be read at the moment: its store is being restored, or its owner is changing. */
final class WalletUnavailableException extends RuntimeException {

    WalletUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
