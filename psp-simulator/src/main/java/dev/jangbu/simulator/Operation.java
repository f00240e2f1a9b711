package dev.jangbu.simulator;

/** The kinds of calls that can show a fault. */
enum Operation {
    CONFIRM,
    CANCEL,
    QUERY
}
