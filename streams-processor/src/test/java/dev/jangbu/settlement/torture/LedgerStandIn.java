package dev.jangbu.settlement.torture;

import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Replaces ledger-service without a database: numbers the entries of each book and posts each exactly once. */
final class LedgerStandIn implements AutoCloseable {

    /** A posting: a wallet read at its position has at least this version. */
    record Posting(String walletId, String position, long walletVersion) {}

    private final FixedIdSerdes serdes = new FixedIdSerdes();
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Map<Integer, Long> numbers = new HashMap<>();
    private final Map<String, Set<String>> parts = new HashMap<>();
    private final AtomicInteger completeReferences = new AtomicInteger();
    private final AtomicInteger posted = new AtomicInteger();
    private final Map<String, Posting> latest = new ConcurrentHashMap<>();
    private final Thread thread = new Thread(this::run, "ledger stand-in");
    private volatile boolean closing;
    private volatile Throwable failure;

    LedgerStandIn(String kafka, String group) {
        consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        kafka,
                        "group.id",
                        group,
                        "isolation.level",
                        "read_committed",
                        "enable.auto.commit",
                        false,
                        "auto.offset.reset",
                        "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka, "transactional.id", group),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        thread.start();
    }

    /** The number of references with all parts posted. */
    int completeReferences() {
        return completeReferences.get();
    }

    int posted() {
        return posted.get();
    }

    /** The last posting of each wallet. */
    List<Posting> latest() {
        return List.copyOf(latest.values());
    }

    private void run() {
        try {
            producer.initTransactions();
            consumer.subscribe(List.of(Topics.LEDGER_ENTRIES.name()));
            while (!closing) {
                var records = consumer.poll(Duration.ofMillis(20));
                if (records.isEmpty()) {
                    continue;
                }
                producer.beginTransaction();
                Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
                Map<String, Posting> postings = new HashMap<>();
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    post(record, postings);
                    offsets.put(
                            new TopicPartition(record.topic(), record.partition()),
                            new OffsetAndMetadata(record.offset() + 1));
                }
                producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
                producer.commitTransaction();
                latest.putAll(postings);
                posted.addAndGet(records.count());
            }
        } catch (Throwable e) {
            failure = e;
        } finally {
            consumer.close();
            producer.close();
        }
    }

    private void post(ConsumerRecord<byte[], byte[]> record, Map<String, Posting> postings) {
        LedgerEntry entry = serdes.of(Topics.LEDGER_ENTRIES).deserializer().deserialize(record.topic(), record.value());
        long number = numbers.merge(record.partition(), 1L, Long::sum);
        LedgerPosted posting = LedgerPosted.newBuilder()
                .setSettlementId(entry.getSettlementId())
                .setReferenceId(entry.getReferenceId())
                .setReferenceParts(entry.getReferenceParts())
                .setKind(entry.getKind())
                .setBook(record.partition())
                .setJournalNo(number)
                .setHash(ByteBuffer.allocate(32))
                .setPostedAt(entry.getRecordedAt())
                .build();
        // A failed send fails the commit.
        Future<RecordMetadata> unused = producer.send(new ProducerRecord<>(
                Topics.LEDGER_POSTINGS.name(),
                entry.getReferenceId().getBytes(StandardCharsets.UTF_8),
                serdes.of(Topics.LEDGER_POSTINGS).serializer().serialize(Topics.LEDGER_POSTINGS.name(), posting)));
        postings.put(
                entry.getWalletId(),
                new Posting(entry.getWalletId(), record.partition() + ":" + number, entry.getWalletVersion()));
        Set<String> ids = parts.computeIfAbsent(entry.getReferenceId(), reference -> new HashSet<>());
        if (ids.add(entry.getSettlementId()) && ids.size() == entry.getReferenceParts()) {
            completeReferences.incrementAndGet();
        }
    }

    @Override
    public void close() throws InterruptedException {
        closing = true;
        thread.join();
        if (failure != null) {
            throw new AssertionError("the ledger stand-in failed", failure);
        }
    }
}
