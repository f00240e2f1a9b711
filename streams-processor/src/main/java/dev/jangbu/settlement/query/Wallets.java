package dev.jangbu.settlement.query;

import dev.jangbu.settlement.BookPosition;
import dev.jangbu.settlement.SettlementTopology;
import dev.jangbu.settlement.runtime.SettlementProperties;
import dev.jangbu.settlement.runtime.SettlementStreams;
import dev.jangbu.settlement.runtime.SettlementStreams.Health;
import dev.jangbu.settlement.runtime.SettlementStreams.State;
import dev.jangbu.settlement.wallet.EntryCount;
import dev.jangbu.settlement.wallet.Wallet;
import java.time.Duration;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Finds the instance that owns a wallet, and reads it here or there.
 *
 * <p>A read may be some milliseconds ahead of the commit, but it is never wrong: an aborted decision is made again from the
 * same requests in the same order, and comes out the same. It may be behind, on an instance that was frozen and has not
 * noticed yet that others took over; a reader who must not be behind gives the {@link BookPosition} that the completion
 * had. What a payout relies on is neither, but the version that the desk finds when it decides.
 */
@Component
final class Wallets {

    /** How long a read waits for the store to pass a position. Below the three seconds that a forwarded read may take. */
    static final Duration WAIT_AT_MOST = Duration.ofSeconds(2);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private final SettlementStreams streams;
    private final OtherInstances others;
    private final HostInfo self;

    Wallets(SettlementStreams streams, OtherInstances others, SettlementProperties properties) {
        this.streams = streams;
        this.others = others;
        this.self = HostInfo.buildFromEndpoint(properties.applicationServer());
    }

    /**
     * Reads a wallet.
     *
     * @param position the wallet that is read has the entries up to here; waits for them if need be
     * @param forwarded whether another instance asks, because it takes this one for the owner
     * @throws RestoringException if it can't be read for now, or does not pass the position in time
     */
    WalletView find(WalletKey key, BookPosition position, boolean forwarded) {
        KafkaStreams client = streams.client().orElseThrow(this::notNow);
        try {
            KeyQueryMetadata owner = client.queryMetadataForKey(
                    SettlementTopology.WALLETS, key.walletId(), Serdes.String().serializer());
            if (owner == null || owner.equals(KeyQueryMetadata.NOT_AVAILABLE) || isNobody(owner.activeHost())) {
                throw new RestoringException("No instance owns the wallet at the moment", null);
            }
            if (owner.activeHost().equals(self)) {
                await(client, owner.partition(), position.in(owner.partition()));
                return WalletView.of(key, wallets(client, owner.partition()).get(key.walletId()));
            }
            if (forwarded) {
                throw new RestoringException("The wallet's owner is changing", null);
            }
            return others.find(owner.activeHost(), key, position);
        } catch (IllegalStateException | InvalidStateStoreException e) {
            throw notNow(e);
        }
    }

    /** Returns when the desk of a partition has emitted so many entries, each of which is then in its wallet. */
    private static void await(KafkaStreams client, int partition, long entries) {
        long giveUpAt = System.nanoTime() + WAIT_AT_MOST.toNanos();
        while (entries > 0 && emitted(client, partition) < entries) {
            if (System.nanoTime() - giveUpAt > 0) {
                throw new RestoringException(
                        "The wallets of book " + partition + " have not reached journal " + entries + " yet", null);
            }
            try {
                Thread.sleep(LOOK_AGAIN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RestoringException("The service stops", e);
            }
        }
    }

    private static long emitted(KafkaStreams client, int partition) {
        ReadOnlyKeyValueStore<String, Long> counts = client.store(StoreQueryParameters.fromNameAndType(
                        SettlementTopology.DESK_CLOCK, QueryableStoreTypes.<String, Long>keyValueStore())
                .withPartition(partition));
        Long emitted = counts.get(EntryCount.KEY);
        return emitted == null ? 0 : emitted;
    }

    private static ReadOnlyKeyValueStore<String, Wallet> wallets(KafkaStreams client, int partition) {
        return client.store(StoreQueryParameters.fromNameAndType(
                        SettlementTopology.WALLETS, QueryableStoreTypes.<String, Wallet>keyValueStore())
                .withPartition(partition));
    }

    private RestoringException notNow() {
        return notNow(null);
    }

    private RestoringException notNow(@Nullable Throwable cause) {
        Health health = streams.health();
        String why = health.state() == State.RUNNING
                ? "their partition moves from one instance to another"
                : health.detail();
        return new RestoringException("The wallets can't be read at the moment: " + why, cause);
    }

    private static boolean isNobody(HostInfo host) {
        return host.equals(HostInfo.unavailable());
    }
}
