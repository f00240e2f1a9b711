package dev.jangbu.proving.audit;

import java.io.IOException;
import java.sql.SQLException;

/** A condition that holds whenever the stack is quiet, also after crashes. */
public interface Invariant {

    /** The number in {@code docs/audit.md}. Several invariants may share a number. */
    int number();

    /** The condition, as a sentence. */
    String statement();

    /** Examines the sources and reports every violation with its evidence. */
    void check(AuditSources sources, Violations violations) throws IOException, SQLException;
}
