package dev.jangbu.simulator;

/** What the provider has to say about a payment, before any misbehaviour. */
sealed interface Answer {

    /** 200 with this payment. */
    record Shown(Payment payment) implements Answer {}

    /** The error's own HTTP status, with its code. */
    record Refused(TossError error) implements Answer {}
}
