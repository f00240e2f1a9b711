package dev.jangbu.proving.audit;

import dev.jangbu.proving.facts.InstallationFacts;
import java.io.IOException;
import java.sql.SQLException;

/** A condition that holds whenever the stack is quiet, also after crashes. */
interface Invariant {

    /** The number in {@code docs/audit.md}. Several invariants may share a number. */
    int number();

    default String name() {
        return getClass().getSimpleName();
    }

    /** The condition, as a sentence. */
    String statement();

    /** Examines the facts and reports every violation with its evidence. */
    void check(InstallationFacts facts, Violations violations) throws IOException, SQLException, InterruptedException;
}
