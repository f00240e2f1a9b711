package dev.jangbu.operator.restore;

/** The database contradicts Kafka: a person has to decide. */
final class Unrestorable extends RuntimeException {
    Unrestorable(String reason) {
        super(reason);
    }
}
