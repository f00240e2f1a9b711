/**
 * The wallet desk: drops what it has seen, decides, moves the wallet and emits the balanced entry, in one Kafka
 * transaction. The decision itself is {@link dev.jangbu.settlement.wallet.WalletDecision}, a pure function.
 */
@NullMarked
package dev.jangbu.settlement.wallet;

import org.jspecify.annotations.NullMarked;
