package dev.jangbu.api.wallet;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Tells whether wallets can take a payment's credits or a refund's debits, by their balances of at most a minute ago and
 * what was admitted here since. Thread-safe.
 *
 * <ul>
 *   <li>A balance that is known and recent costs no round trip. After 30 seconds its next use reads it again in the
 *       background; after a minute a use waits for the read.
 *   <li>A wallet that can't be read doesn't block payments: the last known balance applies, or 0. The limit is half of
 *       what a wallet can hold; the other half is 4,611 payments of 10^15 minor units.
 * </ul>
 */
@Component
public class WalletLimit {

    /**
     * The largest balance that a payment may cause, and the largest debt that a refund may cause, in minor units: half of
     * what a wallet can hold.
     */
    public static final long MAX_BALANCE_MINOR = 1L << 62;

    private static final Duration REFRESH_AFTER = Duration.ofSeconds(30);
    private static final Duration STALE_AFTER = Duration.ofMinutes(1);

    /** After a failed read no wallet is read for this time. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private static final int MAX_WALLETS = 100_000;

    private final WalletClient wallets;
    private final Clock clock;
    private final Cache<Key, Known> known =
            Caffeine.newBuilder().maximumSize(MAX_WALLETS).build();
    private final Map<Key, Mono<Void>> running = new ConcurrentHashMap<>();
    private volatile Instant pausedUntil = Instant.EPOCH;

    WalletLimit(WalletClient wallets, Clock clock) {
        this.wallets = wallets;
        this.clock = clock;
    }

    private record Key(String sellerId, String currency) {}

    /**
     * @param balanceMinor as read last; 0 if it was never read
     * @param creditedMinor admitted by this instance since the read
     * @param debitedMinor the same of refunds
     * @param readAt start of the last read
     */
    private record Known(long balanceMinor, long creditedMinor, long debitedMinor, Instant readAt) {

        static final Known NOTHING = new Known(0, 0, 0, Instant.EPOCH);

        Known credited(long amountMinor) {
            return new Known(balanceMinor, Math.addExact(creditedMinor, amountMinor), debitedMinor, readAt);
        }

        Known debited(long amountMinor) {
            return new Known(balanceMinor, creditedMinor, Math.addExact(debitedMinor, amountMinor), readAt);
        }

        /** After a read that began when {@code before} was known; what was admitted since then counts. */
        Known read(long balance, Known before, Instant at) {
            return new Known(
                    balance,
                    Math.max(0, Math.subtractExact(creditedMinor, before.creditedMinor)),
                    Math.max(0, Math.subtractExact(debitedMinor, before.debitedMinor)),
                    at);
        }

        boolean takes(long creditMinor) {
            long used = Math.addExact(Math.max(0, balanceMinor), creditedMinor);
            return creditMinor <= Math.subtractExact(MAX_BALANCE_MINOR, used);
        }

        boolean gives(long debitMinor) {
            long left = MAX_BALANCE_MINOR + Math.clamp(balanceMinor, -MAX_BALANCE_MINOR, 0);
            return debitMinor <= Math.subtractExact(left, debitedMinor);
        }
    }

    /** Whether every wallet can take its credit, after the reads that this needs. Never an error. */
    public Mono<Boolean> admits(Credits credits) {
        return refresh(credits.amountsMinor().keySet(), credits.currency())
                .then(Mono.fromSupplier(() -> isWithin(credits)));
    }

    /** Completes when the balances are recent, or can't be read. Never an error. */
    public Mono<Void> refresh(Collection<String> sellerIds, String currency) {
        return Flux.fromIterable(sellerIds)
                .flatMap(sellerId -> recent(new Key(sellerId, currency)))
                .then();
    }

    /** Whether every wallet can bear its debit, by the balances that are known now; the debits are counted if so. */
    public boolean admitsDebits(Credits returned) {
        boolean admitted = returned.amountsMinor().entrySet().stream()
                .allMatch(debit ->
                        of(new Key(debit.getKey(), returned.currency())).gives(debit.getValue()));
        if (admitted) {
            returned.amountsMinor().forEach((sellerId, amountMinor) -> known.asMap()
                    .merge(
                            new Key(sellerId, returned.currency()),
                            Known.NOTHING.debited(amountMinor),
                            (before, first) -> before.debited(amountMinor)));
        }
        return admitted;
    }

    /** The same by the balances that are known now, without a read. */
    public boolean isWithin(Credits credits) {
        return credits.amountsMinor().entrySet().stream()
                .allMatch(credit ->
                        of(new Key(credit.getKey(), credits.currency())).takes(credit.getValue()));
    }

    /** Counts the credits of a payment that is about to be charged. */
    public void count(Credits credits) {
        credits.amountsMinor().forEach((sellerId, amountMinor) -> known.asMap()
                .merge(
                        new Key(sellerId, credits.currency()),
                        Known.NOTHING.credited(amountMinor),
                        (before, first) -> before.credited(amountMinor)));
    }

    private Known of(Key key) {
        Known found = known.getIfPresent(key);
        return found == null ? Known.NOTHING : found;
    }

    /** Completes when the balance is recent, or can't be read. */
    private Mono<Void> recent(Key key) {
        Instant now = clock.instant();
        Duration age = Duration.between(of(key).readAt(), now);
        if (age.compareTo(REFRESH_AFTER) < 0 || now.isBefore(pausedUntil)) {
            return Mono.empty();
        }
        Mono<Void> read = running.computeIfAbsent(key, this::read);
        if (age.compareTo(STALE_AFTER) < 0) {
            read.subscribe();
            return Mono.empty();
        }
        return read;
    }

    /** One read for all that wait for it. */
    private Mono<Void> read(Key key) {
        Known before = of(key);
        Instant at = clock.instant();
        return wallets.read(key.sellerId(), key.currency())
                .doOnNext(wallet -> known.asMap().compute(key, (same, now) -> (now == null ? before : now)
                        .read(wallet.balanceMinor(), before, at)))
                .switchIfEmpty(
                        Mono.fromRunnable(() -> pausedUntil = clock.instant().plus(PAUSE)))
                // Before the waiting calls continue, so that a call after them starts another read.
                .doOnTerminate(() -> running.remove(key))
                .then()
                .cache();
    }
}
