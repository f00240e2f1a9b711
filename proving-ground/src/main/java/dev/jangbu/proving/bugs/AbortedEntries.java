package dev.jangbu.proving.bugs;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import dev.jangbu.contract.Topics;
import dev.jangbu.proving.stack.StackAddress;
import java.net.URI;
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
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Leaves on {@code ledger.entries} what a wallet desk leaves that dies after it has sent and before it has committed: sound entries in
 * a transaction that is aborted. To wait for a desk to be killed in just those milliseconds would take a while.
 */
final class AbortedEntries {

    private static final int ENTRIES = 8;
    private static final long AMOUNT = 1_000;

    private AbortedEntries() {}

    static void write(StackAddress stack, Clock clock) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        try (var serializer = new AvroSerdes(URI.create(stack.registry()))
                        .of(Topics.LEDGER_ENTRIES)
                        .serializer();
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of(
                                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                stack.kafka(),
                                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                                "aborted-" + UUID.randomUUID()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
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

    /** The first of a wallet, so that it follows from nothing. */
    private static LedgerEntry entry(String seller, Instant at) {
        return LedgerEntry.newBuilder()
                .setSettlementId(id(at).toString())
                .setKind(SettlementKind.PAYMENT)
                .setReferenceId(id(at).toString())
                .setReferenceParts(1)
                .setCurrency("KRW")
                .setLines(List.of(
                        new LedgerLine("psp:toss:receivable", Side.DEBIT, AMOUNT),
                        new LedgerLine("seller:" + seller + ":payable", Side.CREDIT, AMOUNT)))
                .setWalletId(seller + ":KRW")
                .setBalanceAfter(AMOUNT)
                .setWalletVersion(1)
                .setOccurredAt(at)
                .setRecordedAt(at)
                .build();
    }

    /** UUIDv7 (RFC 9562, 5.7) of that moment. */
    private static UUID id(Instant at) {
        UUID random = UUID.randomUUID();
        return new UUID(
                at.toEpochMilli() << 16 | 0x7000 | (random.getMostSignificantBits() & 0xfff),
                random.getLeastSignificantBits());
    }
}
