/**
 * Wallets: drops duplicate requests, decides, updates the wallet and emits the balanced entry, in one Kafka
 * transaction. The decision is a pure function, {@link dev.jangbu.settlement.wallet.WalletDecision}.
 */
@NullMarked
package dev.jangbu.settlement.wallet;

import org.jspecify.annotations.NullMarked;
