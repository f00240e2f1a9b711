package dev.jangbu.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A competitor's result of a batch, read from its own storage.
 *
 * @param balances of the wallets by wallet id, minor units
 * @param ledgerBalances sums of the journals' lines on the sellers' accounts, by wallet id
 * @param journals the settlement id of each journal, with duplicates
 * @param debits sum of all lines, minor units
 * @param credits sum of all lines, minor units
 */
record Outcome(
        Map<String, Long> balances, Map<String, Long> ledgerBalances, List<UUID> journals, long debits, long credits) {}
