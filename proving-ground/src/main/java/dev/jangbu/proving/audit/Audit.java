package dev.jangbu.proving.audit;

import dev.jangbu.proving.stack.StackAddress;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Checks the invariants of a stack that is quiet. */
public final class Audit {

    private static final List<Invariant> INVARIANTS = List.of(
            new OneChargePerPayment(),
            new SettledOnce(),
            new Balanced(),
            new WalletsMatchTheBook(),
            new GapFree(),
            new OneCompletion(),
            new MoneyIsConserved());

    private Audit() {}

    /** What came of checking one invariant. */
    public record Finding(Invariant invariant, Breaches breaches) {

        @Override
        public String toString() {
            String head = "%2d  %s".formatted(invariant.number(), invariant.statement());
            return breaches.count() == 0
                    ? head
                    : head + "\n      BROKEN " + breaches.count() + " times:\n      "
                            + String.join("\n      ", breaches.first());
        }
    }

    /** Checks all, and says what it found of each. */
    public static List<Finding> of(StackAddress stack) throws IOException, SQLException {
        List<Finding> findings = new ArrayList<>();
        try (Evidence evidence = new Evidence(stack)) {
            for (Invariant invariant : INVARIANTS) {
                Breaches breaches = new Breaches();
                invariant.check(evidence, breaches);
                findings.add(new Finding(invariant, breaches));
            }
        }
        return findings;
    }
}
