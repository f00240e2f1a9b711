package dev.jangbu.proving.bugs;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.stack.KafkaClients;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Writes valid entries to {@code ledger.entries} in a transaction that it aborts. A streams processor leaves such
 * entries if it dies between sending and committing; waiting for a kill within those milliseconds would take long.
 */
final class AbortedEntries {

    private static final int ENTRIES = 8;
    private static final long AMOUNT_MINOR = 1_000;

    private AbortedEntries() {}

    static void write(Installation stack, Clock clock) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        try (var serializer = stack.serdes().of(Topics.LEDGER_ENTRIES).serializer();
                KafkaProducer<byte[], byte[]> producer = KafkaClients.producer(
                        stack, Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "aborted-" + UUID.randomUUID()))) {
            producer.initTransactions();
            producer.beginTransaction();
            for (int i = 0; i < ENTRIES; i++) {
                LedgerEntry entry = entry("aborted-" + now.toEpochMilli() + "-" + i, now);
                String topic = Topics.LEDGER_ENTRIES.name();
                var unused = producer.send(new ProducerRecord<>(
                        topic,
                        entry.getWalletId().getBytes(StandardCharsets.UTF_8),
                        serializer.serialize(topic, entry)));
            }
            producer.flush();
            producer.abortTransaction();
        }
    }

    /** The first entry of a new wallet. */
    private static LedgerEntry entry(String seller, Instant at) {
        return LedgerEntry.newBuilder()
                .setSettlementId(UUID.randomUUID().toString())
                .setKind(SettlementKind.PAYMENT)
                .setReferenceId(UUID.randomUUID().toString())
                .setReferenceParts(1)
                .setCurrency("KRW")
                .setLines(List.of(
                        new LedgerLine("psp:toss:receivable", Side.DEBIT, AMOUNT_MINOR),
                        new LedgerLine("seller:" + seller + ":payable", Side.CREDIT, AMOUNT_MINOR)))
                .setWalletId(seller + ":KRW")
                .setBalanceAfter(AMOUNT_MINOR)
                .setWalletVersion(1)
                .setOccurredAt(at)
                .setRecordedAt(at)
                .build();
    }
}
