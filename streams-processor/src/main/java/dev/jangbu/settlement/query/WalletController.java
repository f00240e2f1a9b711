package dev.jangbu.settlement.query;

import dev.jangbu.settlement.record.BookPosition;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Serves {@code GET /wallets/{sellerId}?currency=KRW[&position=0:17,3:4]}. With the position of a completed payment,
 * refund or payout, the wallet includes it; the answer is 503 {@code restoring} if that takes longer than two seconds.
 */
@RestController
final class WalletController {

    private final Wallets wallets;

    WalletController(Wallets wallets) {
        this.wallets = wallets;
    }

    @GetMapping("/wallets/{sellerId}")
    ResponseEntity<WalletView> wallet(
            @PathVariable String sellerId,
            @RequestParam(required = false) @Nullable String currency,
            @RequestParam(required = false) @Nullable String position,
            @RequestHeader(name = RemoteWallets.FORWARDED, required = false) @Nullable String forwarded) {
        WalletView wallet = wallets.find(WalletKey.of(sellerId, currency), position(position), forwarded != null);
        // The If-Match value of a payout.
        return ResponseEntity.ok().eTag("\"" + wallet.version() + "\"").body(wallet);
    }

    private static BookPosition position(@Nullable String text) {
        if (text == null) {
            return BookPosition.START;
        }
        return BookPosition.parse(text)
                .orElseThrow(() -> new InvalidFieldException(
                        "position", "must be the position of a completed payment, for instance 0:17,3:4"));
    }
}
