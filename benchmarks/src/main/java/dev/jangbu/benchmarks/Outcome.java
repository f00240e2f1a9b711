package dev.jangbu.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What a contender has made of a batch, read from where it keeps it.
 *
 * @param balances what the wallets say, by walletId, minor units
 * @param bookBalances what the journals' lines on the sellers' accounts add up to, by walletId
 * @param journals the settlement of each journal, as often as it is there
 * @param debits of all lines
 * @param credits of all lines
 */
record Outcome(
        Map<String, Long> balances, Map<String, Long> bookBalances, List<UUID> journals, long debits, long credits) {}
