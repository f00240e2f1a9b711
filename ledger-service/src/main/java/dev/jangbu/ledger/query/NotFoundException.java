package dev.jangbu.ledger.query;

/** The ledger has no such account or journal: 404 {@code not-found}. */
final class NotFoundException extends RuntimeException {

    NotFoundException(String detail) {
        super(detail);
    }
}
