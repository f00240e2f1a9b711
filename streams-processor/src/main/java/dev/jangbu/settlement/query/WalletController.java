package dev.jangbu.settlement.query;

import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /wallets/{sellerId}?currency=KRW}. */
@RestController
final class WalletController {

    private final Wallets wallets;

    WalletController(Wallets wallets) {
        this.wallets = wallets;
    }

    @GetMapping("/wallets/{sellerId}")
    WalletView wallet(
            @PathVariable String sellerId,
            @RequestParam(required = false) @Nullable String currency,
            @RequestHeader(name = OtherInstances.FORWARDED, required = false) @Nullable String forwarded) {
        return wallets.find(WalletKey.of(sellerId, currency), forwarded != null);
    }
}
