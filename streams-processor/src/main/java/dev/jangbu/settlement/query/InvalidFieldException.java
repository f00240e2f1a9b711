package dev.jangbu.settlement.query;

/** A request parameter is invalid. */
final class InvalidFieldException extends RuntimeException {

    final String field;
    final String problem;

    InvalidFieldException(String field, String problem) {
        super(field + " " + problem);
        this.field = field;
        this.problem = problem;
    }
}
