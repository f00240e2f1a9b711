package dev.jangbu.benchmarks;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.Topics;
import dev.jangbu.proving.stack.StackAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;

/** Makes an outcome of what is on {@code ledger.entries}. */
final class Entries {

    private final Deserializer<LedgerEntry> deserializer;

    Entries(StackAddress stack) throws InterruptedException {
        this.deserializer = WarmSerdes.of(stack, Topics.LEDGER_ENTRIES).deserializer();
    }

    /**
     * What the entries say.
     *
     * @param keepsWallets whether they say what each wallet holds afterwards; else that is the sum of its entries
     */
    Outcome outcome(List<ConsumerRecord<byte[], byte[]>> records, boolean keepsWallets) {
        Map<String, Long> book = new HashMap<>();
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
                            book.merge(entry.getWalletId(), line.getAmount(), Math::addExact);
                        }
                    }
                    case UNKNOWN -> throw new IllegalStateException("A line without a side");
                }
            }
        }
        return new Outcome(keepsWallets ? balances(latest) : book, book, journals, debits, credits);
    }

    /** What the wallet desk says that each wallet holds. */
    static Map<String, Long> balances(Map<String, LedgerEntry> latest) {
        Map<String, Long> balances = new HashMap<>();
        latest.forEach((wallet, entry) -> balances.put(wallet, entry.getBalanceAfter()));
        return balances;
    }
}
