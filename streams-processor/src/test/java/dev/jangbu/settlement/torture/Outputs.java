package dev.jangbu.settlement.torture;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.wallet.WalletProcessor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * The committed output of a run.
 *
 * @param entries by partition, in order: all bytes of key, value and headers, and the timestamp
 * @param completions sorted, without their time, which depends on the ledger
 * @param deadLetters sorted: all bytes of key, value and headers
 * @param wallets walletId → the last value in the wallets' changelog
 * @param balances walletId → the balance after the last entry, minor units
 * @param completed the number of completions that are COMPLETED
 */
record Outputs(
        Map<Integer, List<String>> entries,
        List<String> completions,
        List<String> deadLetters,
        Map<String, String> wallets,
        Map<String, Long> balances,
        int completed) {

    static Outputs read(String kafka, String application) {
        FixedIdSerdes serdes = new FixedIdSerdes();
        Map<Integer, List<String>> entries = new TreeMap<>();
        Map<String, Long> balances = new TreeMap<>();
        records(kafka, Topics.LEDGER_ENTRIES.name(), record -> {
            LedgerEntry entry =
                    serdes.of(Topics.LEDGER_ENTRIES).deserializer().deserialize(record.topic(), record.value());
            balances.put(entry.getWalletId(), entry.getBalanceAfter());
            entries.computeIfAbsent(record.partition(), partition -> new ArrayList<>())
                    .add(record.timestamp() + " " + text(record));
        });
        List<String> completions = new ArrayList<>();
        int[] completed = {0};
        records(kafka, Topics.SETTLEMENT_COMPLETIONS.name(), record -> {
            SettlementCompleted completion =
                    serdes.of(Topics.SETTLEMENT_COMPLETIONS).deserializer().deserialize(record.topic(), record.value());
            completed[0] += completion.getOutcome() == Outcome.COMPLETED ? 1 : 0;
            completions.add("%s %s %s %s %d %s"
                    .formatted(
                            completion.getReferenceId(),
                            completion.getKind(),
                            completion.getOutcome(),
                            completion.getRejection(),
                            completion.getParts(),
                            completion.getPosition()));
        });
        List<String> deadLetters = new ArrayList<>();
        records(kafka, Topics.SETTLEMENT_DEAD_LETTERS.name(), record -> deadLetters.add(text(record)));
        Map<String, String> wallets = new TreeMap<>();
        records(
                kafka,
                application + "-" + WalletProcessor.WALLETS + "-changelog",
                record -> wallets.put(
                        new String(record.key(), StandardCharsets.UTF_8),
                        HexFormat.of().formatHex(record.value())));
        completions.sort(null);
        deadLetters.sort(null);
        return new Outputs(entries, completions, deadLetters, wallets, balances, completed[0]);
    }

    int entryCount() {
        return entries.values().stream().mapToInt(List::size).sum();
    }

    @Override
    public String toString() {
        return "%d entries, %d completions, %d dead letters, %d wallets"
                .formatted(entryCount(), completions.size(), deadLetters.size(), wallets.size());
    }

    private static String text(ConsumerRecord<byte[], byte[]> record) {
        StringBuilder text = new StringBuilder(new String(record.key(), StandardCharsets.UTF_8));
        for (Header header : record.headers()) {
            if (!header.key().equals(DeadLetters.TIMESTAMP)) {
                text.append(' ')
                        .append(header.key())
                        .append('=')
                        .append(new String(header.value(), StandardCharsets.UTF_8));
            }
        }
        return text.append(' ').append(HexFormat.of().formatHex(record.value())).toString();
    }

    private static void records(String kafka, String topic, Consumer<ConsumerRecord<byte[], byte[]>> handler) {
        try (CommittedTopic committed = CommittedTopic.open(kafka, topic)) {
            committed.records().forEach(handler);
        }
    }
}
