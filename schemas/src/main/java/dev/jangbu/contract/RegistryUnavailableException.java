package dev.jangbu.contract;

import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** The schema registry did not answer. The record may be valid; retry later. */
public final class RegistryUnavailableException extends SerializationException {

    public RegistryUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
