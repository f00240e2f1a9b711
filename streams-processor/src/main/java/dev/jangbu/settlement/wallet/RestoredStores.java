package dev.jangbu.settlement.wallet;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.SettlementKind;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/**
 * The stores of one partition as changelog records, computed from the partition's entries.
 *
 * <p>The entries tell neither the content of their requests nor when the money moved. So each id is remembered forever,
 * with {@link DecidedSettlement#UNKNOWN_CONTENT}: a repetition of any age is a duplicate. The clock is the latest time of
 * a payment or refund, at most the difference of two clocks ahead of the lost one; a request that is beyond the horizon
 * only by that is proved absent and replayed, as any other.
 */
public final class RestoredStores {

    private final Serializer<String> texts = Serdes.String().serializer();
    private final Serializer<Long> numbers = Serdes.Long().serializer();
    private final Serializer<UUID> ids = UuidSerde.create().serializer();
    private final Serializer<Wallet> wallets = WalletSerde.create().serializer();
    private final Serializer<DecidedSettlement> settlements =
            DecidedSettlement.serde().serializer();

    private long entries;
    private long clockMs;

    /**
     * A changelog record.
     *
     * @param store the store's name
     */
    public record Change(String store, byte[] key, byte[] value) {}

    /** The changes of the next entry, in the order of the partition. */
    public List<Change> add(LedgerEntry entry) {
        entries++;
        if (entry.getKind() != SettlementKind.PAYOUT) {
            clockMs = Math.max(clockMs, entry.getOccurredAt().toEpochMilli());
        }
        Wallet wallet = new Wallet(entry.getBalanceAfter(), entry.getWalletVersion(), entry.getRecordedAt());
        return List.of(
                change(WalletProcessor.WALLETS, entry.getWalletId(), wallets.serialize("", wallet)),
                remember(
                        UUID.fromString(entry.getSettlementId()),
                        UUID.fromString(entry.getReferenceId()),
                        entry.getRecordedAt().toEpochMilli()));
    }

    /** The change of a settlement that has no entry: a rejected payout. */
    public Change remember(UUID settlementId, UUID referenceId, long decidedAtMs) {
        return new Change(
                WalletProcessor.REMEMBERED,
                ids.serialize("", settlementId),
                settlements.serialize(
                        "", new DecidedSettlement(decidedAtMs, referenceId, DecidedSettlement.UNKNOWN_CONTENT)));
    }

    /** The changes after the last entry: the number of entries, and the clock. */
    public List<Change> progress() {
        List<Change> changes = new ArrayList<>();
        if (entries > 0) {
            changes.add(change(WalletProcessor.PROGRESS, EntryCount.KEY, numbers.serialize("", entries)));
        }
        if (clockMs > 0) {
            changes.add(
                    change(WalletProcessor.PROGRESS, SettlementDeduplicator.CLOCK_KEY, numbers.serialize("", clockMs)));
        }
        return changes;
    }

    private Change change(String store, String key, byte[] value) {
        return new Change(store, texts.serialize("", key), value);
    }
}
