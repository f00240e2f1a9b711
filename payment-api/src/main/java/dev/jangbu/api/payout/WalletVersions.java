package dev.jangbu.api.payout;

import dev.jangbu.api.wallet.WalletClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Reads a wallet's version from the streams-processor. */
@Component
class WalletVersions {

    private final WalletClient wallets;

    WalletVersions(WalletClient wallets) {
        this.wallets = wallets;
    }

    /** The present version; empty if it can't be read, for instance while the wallets are being restored. */
    Mono<Long> of(String sellerId, String currency) {
        return wallets.read(sellerId, currency).map(WalletClient.Wallet::version);
    }
}
