package dev.jangbu.ledger.book;

/** The book has nothing of that name: 404 {@code not-found}. */
final class NotFoundException extends RuntimeException {

    NotFoundException(String detail) {
        super(detail);
    }
}
