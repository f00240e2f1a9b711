package dev.jangbu.ledger.query;

/** A field of the question is missing or not of its form: 422 {@code invalid-field}. */
final class InvalidParameterException extends RuntimeException {

    private final String field;
    private final String detail;

    /** @param detail what it must be, to be read after the field's name; never holds what was sent */
    InvalidParameterException(String field, String detail) {
        super(field + " " + detail);
        this.field = field;
        this.detail = detail;
    }

    String field() {
        return field;
    }

    String detail() {
        return detail;
    }
}
