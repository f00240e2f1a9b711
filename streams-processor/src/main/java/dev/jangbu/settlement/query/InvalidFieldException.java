package dev.jangbu.settlement.query;

/** A request parameter is invalid. */
final class InvalidFieldException extends RuntimeException {

    private final String field;
    private final String problem;

    InvalidFieldException(String field, String problem) {
        super(field + " " + problem);
        this.field = field;
        this.problem = problem;
    }

    String field() {
        return field;
    }

    String problem() {
        return problem;
    }
}
