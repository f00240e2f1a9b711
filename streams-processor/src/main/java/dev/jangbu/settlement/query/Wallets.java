package dev.jangbu.settlement.query;

import dev.jangbu.settlement.record.BookPosition;
import dev.jangbu.settlement.runtime.SettlementSettings;
import dev.jangbu.settlement.runtime.SettlementStreams;
import dev.jangbu.settlement.runtime.SettlementStreams.Health;
import dev.jangbu.settlement.runtime.SettlementStreams.State;
import dev.jangbu.settlement.wallet.EntryCount;
import dev.jangbu.settlement.wallet.Wallet;
import dev.jangbu.settlement.wallet.WalletProcessor;
import java.time.Duration;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Reads a wallet from the instance that owns it, local or remote.
 *
 * <ul>
 *   <li>A read may be some milliseconds ahead of the commit. It is still correct: after an abort the same requests are
 *       decided again, in the same order, with the same result.
 *   <li>A read may be stale on an instance that was frozen and has not noticed the takeover. A client that needs a
 *       current wallet passes the {@link BookPosition} of a completion.
 *   <li>A payout relies on neither; the wallet processor checks its expected version.
 * </ul>
 */
@Component
final class Wallets {

    /** The longest wait for a position. Below the three seconds of a forwarded read. */
    static final Duration POSITION_TIMEOUT = Duration.ofSeconds(2);

    private static final Duration POLL_INTERVAL = Duration.ofMillis(5);

    private final SettlementStreams streams;
    private final RemoteWallets remote;
    private final HostInfo self;

    Wallets(SettlementStreams streams, RemoteWallets remote, SettlementSettings settings) {
        this.streams = streams;
        this.remote = remote;
        this.self = HostInfo.buildFromEndpoint(settings.applicationServer());
    }

    /**
     * @param position the returned wallet includes the entries up to here; waits for them
     * @throws WalletUnavailableException if the wallet can't be read, or does not pass the position in time
     */
    WalletView find(WalletKey key, BookPosition position, boolean forwarded) {
        KafkaStreams client = streams.client().orElseThrow(() -> unavailable(null));
        try {
            KeyQueryMetadata owner = client.queryMetadataForKey(
                    WalletProcessor.WALLETS, key.walletId(), Serdes.String().serializer());
            if (owner == null
                    || owner.equals(KeyQueryMetadata.NOT_AVAILABLE)
                    || owner.activeHost().equals(HostInfo.unavailable())) {
                throw new WalletUnavailableException("No instance owns the wallet at the moment", null);
            }
            if (owner.activeHost().equals(self)) {
                await(client, owner.partition(), position.journalNo(owner.partition()));
                return WalletView.of(
                        key,
                        Wallets.<Wallet>store(client, WalletProcessor.WALLETS, owner.partition())
                                .get(key.walletId()));
            }
            if (forwarded) {
                throw new WalletUnavailableException("The wallet's owner is changing", null);
            }
            return remote.find(owner.activeHost(), key, position);
        } catch (IllegalStateException | InvalidStateStoreException e) {
            throw unavailable(e);
        } catch (ProcessorStateException e) {
            streams.readFailed(e);
            throw unavailable(e);
        }
    }

    /** Waits until a partition has emitted that many entries; each is in its wallet then. */
    private static void await(KafkaStreams client, int partition, long entries) {
        long deadlineNanos = System.nanoTime() + POSITION_TIMEOUT.toNanos();
        while (entries > 0 && emitted(client, partition) < entries) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new WalletUnavailableException(
                        "The wallets of book " + partition + " have not reached journal " + entries + " yet", null);
            }
            try {
                Thread.sleep(POLL_INTERVAL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new WalletUnavailableException("The service is stopping", e);
            }
        }
    }

    private static long emitted(KafkaStreams client, int partition) {
        return EntryCount.of(Wallets.<Long>store(client, WalletProcessor.PROGRESS, partition));
    }

    private static <V> ReadOnlyKeyValueStore<String, V> store(KafkaStreams client, String name, int partition) {
        return client.store(StoreQueryParameters.fromNameAndType(name, QueryableStoreTypes.<String, V>keyValueStore())
                .withPartition(partition));
    }

    private WalletUnavailableException unavailable(@Nullable Throwable cause) {
        Health health = streams.health();
        String reason =
                health.state() == State.RUNNING ? "their partition is moving to another instance" : health.detail();
        return new WalletUnavailableException("The wallets can't be read at the moment: " + reason, cause);
    }
}
