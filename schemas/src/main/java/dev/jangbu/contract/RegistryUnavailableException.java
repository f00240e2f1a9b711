package dev.jangbu.contract;

import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** The schema registry gave no answer: nothing is wrong with the record; stop and try again later. */
public final class RegistryUnavailableException extends SerializationException {

    public RegistryUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
