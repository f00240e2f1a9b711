package dev.jangbu.simulator;

/** The kinds of calls that can misbehave. */
enum Operation {
    CONFIRM,
    CANCEL,
    QUERY
}
