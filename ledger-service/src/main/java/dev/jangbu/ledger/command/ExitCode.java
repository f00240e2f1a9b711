package dev.jangbu.ledger.command;

/** What a command's exit says. A wrong command line is {@link #COULD_NOT_RUN} too, as picocli has it. */
final class ExitCode {

    /** It holds; both sides are equal. */
    static final int HOLDS = 0;

    /** Something differs; the output has the evidence. */
    static final int DIFFERS = 1;

    /** Nothing is proved: something that is needed does not answer, or the question is wrong. */
    static final int COULD_NOT_RUN = 2;

    private ExitCode() {}
}
