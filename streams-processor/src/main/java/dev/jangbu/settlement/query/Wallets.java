package dev.jangbu.settlement.query;

import dev.jangbu.settlement.SettlementTopology;
import dev.jangbu.settlement.runtime.SettlementProperties;
import dev.jangbu.settlement.runtime.SettlementStreams;
import dev.jangbu.settlement.wallet.Wallet;
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
 * <p>A read may be some milliseconds ahead of the commit. That is no promise to anybody: what a payout relies on is the
 * version that the desk finds when it decides.
 */
@Component
final class Wallets {

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
     * @param forwarded whether another instance asks, because it takes this one for the owner
     * @throws RestoringException if it can't be read for now
     */
    WalletView find(WalletKey key, boolean forwarded) {
        KafkaStreams client =
                streams.client().orElseThrow(() -> new RestoringException("The settlement has not started yet", null));
        try {
            KeyQueryMetadata owner = client.queryMetadataForKey(
                    SettlementTopology.WALLETS, key.walletId(), Serdes.String().serializer());
            if (owner == null || owner.equals(KeyQueryMetadata.NOT_AVAILABLE) || isNobody(owner.activeHost())) {
                throw new RestoringException("No instance owns the wallet at the moment", null);
            }
            if (owner.activeHost().equals(self)) {
                return WalletView.of(key, read(client, key, owner.partition()));
            }
            if (forwarded) {
                throw new RestoringException("The wallet's owner is changing", null);
            }
            return others.find(owner.activeHost(), key);
        } catch (IllegalStateException | InvalidStateStoreException e) {
            throw new RestoringException("The wallets are being restored", e);
        }
    }

    private static @Nullable Wallet read(KafkaStreams client, WalletKey key, int partition) {
        ReadOnlyKeyValueStore<String, Wallet> wallets = client.store(StoreQueryParameters.fromNameAndType(
                        SettlementTopology.WALLETS, QueryableStoreTypes.<String, Wallet>keyValueStore())
                .withPartition(partition));
        return wallets.get(key.walletId());
    }

    private static boolean isNobody(HostInfo host) {
        return host.equals(HostInfo.unavailable());
    }
}
