package dev.jangbu.benchmarks;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** The one check that each contender's round must pass to count: who is fast and wrong is not fast. */
final class Check {

    private Check() {}

    /** Why a round is refused; empty if it counts. */
    static List<String> refusals(Batch.Expected expected, Outcome outcome) {
        List<String> refusals = new ArrayList<>();
        Set<UUID> journals = new HashSet<>(outcome.journals());
        if (journals.size() < outcome.journals().size()) {
            refusals.add((outcome.journals().size() - journals.size()) + " journals are there twice");
        }
        difference("journals are missing", expected.settlements(), journals, refusals);
        difference("journals belong to no payment", journals, expected.settlements(), refusals);
        balances("wallets", expected.balances(), outcome.balances(), refusals);
        balances("sellers' accounts", expected.balances(), outcome.bookBalances(), refusals);
        if (outcome.debits() != outcome.credits() || outcome.debits() != expected.amount()) {
            refusals.add("debits of %d and credits of %d instead of %d"
                    .formatted(outcome.debits(), outcome.credits(), expected.amount()));
        }
        return refusals;
    }

    private static void difference(String what, Set<UUID> all, Set<UUID> without, List<String> refusals) {
        Set<UUID> rest = new TreeSet<>(all);
        rest.removeAll(without);
        if (!rest.isEmpty()) {
            refusals.add("%d %s, for instance %s"
                    .formatted(rest.size(), what, rest.iterator().next()));
        }
    }

    private static void balances(
            String where, Map<String, Long> expected, Map<String, Long> found, List<String> refusals) {
        Set<String> wallets = new TreeSet<>(expected.keySet());
        wallets.addAll(found.keySet());
        List<String> wrong = wallets.stream()
                .filter(wallet -> !expected.getOrDefault(wallet, 0L).equals(found.getOrDefault(wallet, 0L)))
                .toList();
        if (!wrong.isEmpty()) {
            String first = wrong.getFirst();
            refusals.add("%d of the %s are wrong, for instance %s: %d instead of %d"
                    .formatted(
                            wrong.size(),
                            where,
                            first,
                            found.getOrDefault(first, 0L),
                            expected.getOrDefault(first, 0L)));
        }
    }
}
