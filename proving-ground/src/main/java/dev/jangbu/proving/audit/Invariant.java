package dev.jangbu.proving.audit;

import java.io.IOException;
import java.sql.SQLException;

/** Something that holds whenever the stack is quiet, whatever died before. */
public interface Invariant {

    /** Its number in {@code docs/audit.md}; more than one check may stand under a number. */
    int number();

    /** What holds, as a sentence. */
    String statement();

    /** Looks, and reports every breach with what proves it. */
    void check(Evidence evidence, Violations breaches) throws IOException, SQLException;
}
