package dev.jangbu.contract;

import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** A record's bytes can never be decoded (a poison pill). The record belongs to the dead letters. */
public final class PoisonRecordException extends SerializationException {

    public PoisonRecordException(String message) {
        super(message);
    }

    public PoisonRecordException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
