package dev.jangbu.local.psp;

/** The kinds of calls that can misbehave. */
enum Operation {
    CONFIRM,
    CANCEL,
    QUERY
}
