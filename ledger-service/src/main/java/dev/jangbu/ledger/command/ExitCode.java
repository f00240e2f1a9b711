package dev.jangbu.ledger.command;

/** The exit codes of the commands. */
final class ExitCode {

    /** No difference. */
    static final int HOLDS = 0;

    /** Differences, listed in the output. */
    static final int DIFFERS = 1;

    /** No result: a dependency failed or the command line is wrong. Picocli's code for usage errors. */
    static final int COULD_NOT_RUN = 2;

    private ExitCode() {}
}
