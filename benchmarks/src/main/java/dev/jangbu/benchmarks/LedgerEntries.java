package dev.jangbu.benchmarks;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.installation.Installation;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/** Computes an outcome from the records of {@code ledger.entries}. */
final class LedgerEntries {

    private final Deserializer<LedgerEntry> deserializer;

    LedgerEntries(Installation stack) {
        this.deserializer = new AvroSerdes(URI.create(stack.registry()))
                .warm(Topics.LEDGER_ENTRIES)
                .deserializer();
    }

    /**
     * Sums up entries.
     *
     * @param keepsWallets whether entries carry the wallet's balance; else the balance is the sum of the entries
     */
    Outcome outcome(List<ConsumerRecord<byte[], byte[]>> records, boolean keepsWallets) {
        Map<String, Long> sellerCredits = new HashMap<>();
        Map<String, LedgerEntry> latest = new HashMap<>();
        List<UUID> journals = new ArrayList<>(records.size());
        long debits = 0;
        long credits = 0;
        for (ConsumerRecord<byte[], byte[]> record : records) {
            LedgerEntry entry = deserializer.deserialize(record.topic(), record.headers(), record.value());
            journals.add(UUID.fromString(entry.getSettlementId()));
            latest.merge(
                    entry.getWalletId(),
                    entry,
                    (before, now) -> now.getWalletVersion() > before.getWalletVersion() ? now : before);
            for (LedgerLine line : entry.getLines()) {
                switch (line.getSide()) {
                    case DEBIT -> debits = Math.addExact(debits, line.getAmount());
                    case CREDIT -> {
                        credits = Math.addExact(credits, line.getAmount());
                        if (line.getAccount().startsWith("seller:")) {
                            sellerCredits.merge(entry.getWalletId(), line.getAmount(), Math::addExact);
                        }
                    }
                    case UNKNOWN -> throw new IllegalStateException("A line without a side");
                }
            }
        }
        Map<String, Long> balances = new HashMap<>(sellerCredits);
        if (keepsWallets) {
            balances.clear();
            latest.forEach((wallet, entry) -> balances.put(wallet, entry.getBalanceAfter()));
        }
        return new Outcome(balances, sellerCredits, journals, debits, credits);
    }
}
