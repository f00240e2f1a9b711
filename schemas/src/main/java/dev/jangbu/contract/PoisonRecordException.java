package dev.jangbu.contract;

import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/** The bytes of a record will never be readable, however often they are read: it belongs to the dead letters. */
public final class PoisonRecordException extends SerializationException {

    public PoisonRecordException(String message) {
        super(message);
    }

    public PoisonRecordException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
