package dev.jangbu.benchmarks;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** The check that every competitor's round must pass to count. */
final class Check {

    private Check() {}

    /** The differences between expected and actual results; empty if there are none. */
    static List<String> errors(Batch.Expected expected, Outcome outcome) {
        List<String> errors = new ArrayList<>();
        Set<UUID> journals = new HashSet<>(outcome.journals());
        if (journals.size() < outcome.journals().size()) {
            errors.add((outcome.journals().size() - journals.size()) + " journals are duplicated");
        }
        difference("journals are missing", expected.settlements(), journals, errors);
        difference("journals belong to no payment", journals, expected.settlements(), errors);
        balances("wallets", expected.balances(), outcome.balances(), errors);
        balances("sellers' accounts", expected.balances(), outcome.ledgerBalances(), errors);
        if (outcome.debits() != outcome.credits() || outcome.debits() != expected.amountMinor()) {
            errors.add("debits of %d and credits of %d instead of %d"
                    .formatted(outcome.debits(), outcome.credits(), expected.amountMinor()));
        }
        return errors;
    }

    private static void difference(String what, Set<UUID> all, Set<UUID> without, List<String> errors) {
        Set<UUID> rest = new TreeSet<>(all);
        rest.removeAll(without);
        if (!rest.isEmpty()) {
            errors.add("%d %s, for example %s"
                    .formatted(rest.size(), what, rest.iterator().next()));
        }
    }

    private static void balances(
            String where, Map<String, Long> expected, Map<String, Long> actual, List<String> errors) {
        Set<String> wallets = new TreeSet<>(expected.keySet());
        wallets.addAll(actual.keySet());
        List<String> wrong = wallets.stream()
                .filter(wallet -> !expected.getOrDefault(wallet, 0L).equals(actual.getOrDefault(wallet, 0L)))
                .toList();
        if (!wrong.isEmpty()) {
            String first = wrong.getFirst();
            errors.add("%d of the %s are wrong, for example %s: %d instead of %d"
                    .formatted(
                            wrong.size(),
                            where,
                            first,
                            actual.getOrDefault(first, 0L),
                            expected.getOrDefault(first, 0L)));
        }
    }
}
