/**
 * Settlement: wallets, ledger entries and completions. Start with {@link dev.jangbu.settlement.SettlementTopology}; the
 * process is {@link dev.jangbu.settlement.StreamsProcessor}. The features are the packages below.
 */
@NullMarked
package dev.jangbu.settlement;

import org.jspecify.annotations.NullMarked;
