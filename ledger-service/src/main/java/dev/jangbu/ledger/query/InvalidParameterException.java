package dev.jangbu.ledger.query;

import java.util.List;

/** Parameters of a request are missing, unknown, repeated or malformed: 422 {@code invalid-field}. */
final class InvalidParameterException extends RuntimeException {

    /** @param detail the rule, read after the field's name; never contains a value from the client */
    record FieldError(String field, String detail) {}

    private final transient List<FieldError> errors;

    /** @param errors at least one */
    InvalidParameterException(List<FieldError> errors) {
        super(errors.getFirst().field() + " " + errors.getFirst().detail());
        this.errors = List.copyOf(errors);
    }

    InvalidParameterException(String field, String detail) {
        this(List.of(new FieldError(field, detail)));
    }

    List<FieldError> errors() {
        return errors;
    }
}
