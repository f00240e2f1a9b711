/**
 * The settlement: wallets, ledger entries and completions, decided exactly once. Begin with
 * {@link dev.jangbu.settlement.SettlementTopology}, which is the whole way on one screen.
 */
@NullMarked
package dev.jangbu.settlement;

import org.jspecify.annotations.NullMarked;
