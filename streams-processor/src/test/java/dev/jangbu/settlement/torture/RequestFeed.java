package dev.jangbu.settlement.torture;

import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.Requests;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes requests at a steady rate: all kinds, references with parts on several wallets, repeated deliveries, and
 * poison.
 */
final class RequestFeed implements AutoCloseable {

    static final int WALLETS = 24;

    private final FixedIdSerdes serdes = new FixedIdSerdes();
    private final KafkaProducer<byte[], byte[]> producer;
    private final Random random;
    private final int records;
    private final long pauseNanos;
    private final List<ProducerRecord<byte[], byte[]>> sent = new ArrayList<>();
    private final AtomicInteger written = new AtomicInteger();
    private final Thread thread = new Thread(this::run, "feed");
    private volatile boolean closing;

    RequestFeed(String kafka, long seed, int records, Duration duration) {
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka, "linger.ms", 5),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.random = new Random(seed);
        this.records = records;
        this.pauseNanos = duration.toNanos() / records;
        thread.start();
    }

    /** The written fraction, 0 to 1. */
    double progress() {
        return written.get() / (double) records;
    }

    boolean isDone() {
        return written.get() >= records;
    }

    static String wallet(int n) {
        return "seller-" + n;
    }

    private void run() {
        long due = System.nanoTime();
        while (!closing && !isDone()) {
            int chance = random.nextInt(100);
            if (chance < 84 || sent.size() < 50) {
                sendReference();
            } else if (chance < 98) {
                send(sent.get(random.nextInt(sent.size())));
            } else {
                sendPoison();
            }
            due += pauseNanos;
            LockSupport.parkNanos(due - System.nanoTime());
        }
        producer.flush();
    }

    private void sendReference() {
        SettlementKind kind =
                switch (random.nextInt(10)) {
                    case 0 -> SettlementKind.REFUND;
                    case 1, 2 -> SettlementKind.PAYOUT;
                    default -> SettlementKind.PAYMENT;
                };
        int parts = kind == SettlementKind.PAYMENT ? 1 + random.nextInt(3) : 1;
        String reference = id().toString();
        for (int part = 0; part < parts; part++) {
            SettlementRequested request = request(kind)
                    .setReferenceId(reference)
                    .setReferenceParts(parts)
                    .build();
            ProducerRecord<byte[], byte[]> record = record(request.getWalletId(), bytes(request));
            sent.add(record);
            send(record);
        }
    }

    private SettlementRequested.Builder request(SettlementKind kind) {
        String seller = wallet(random.nextInt(WALLETS));
        long amount = 1 + random.nextLong(kind == SettlementKind.PAYOUT ? 400_000 : 100_000);
        SettlementRequested.Builder request =
                Requests.of(kind, id(), amount).setSellerId(seller).setWalletId(seller + ":KRW");
        return kind == SettlementKind.PAYOUT
                ? request.setExpectedVersion(random.nextInt(5) == 0 ? (Long) random.nextLong(50) : null)
                : request.setFee(random.nextLong(amount + 1));
    }

    private void sendPoison() {
        switch (random.nextInt(3)) {
            case 0 -> send(record("seller-0:KRW", "not in the wire format".getBytes(StandardCharsets.UTF_8)));
            case 1 ->
                send(record(
                        "seller-1:KRW",
                        bytes(request(SettlementKind.PAYMENT).setFee(-1).build())));
            default ->
                send(record(
                        "other-wallet:KRW",
                        bytes(request(SettlementKind.PAYMENT).build())));
        }
    }

    private byte[] bytes(SettlementRequested request) {
        return serdes.of(Topics.SETTLEMENT_REQUESTS).serializer().serialize(Topics.SETTLEMENT_REQUESTS.name(), request);
    }

    private static ProducerRecord<byte[], byte[]> record(String key, byte[] value) {
        return new ProducerRecord<>(Topics.SETTLEMENT_REQUESTS.name(), key.getBytes(StandardCharsets.UTF_8), value);
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        Future<RecordMetadata> unused = producer.send(record, (metadata, failure) -> {
            if (failure == null) {
                written.incrementAndGet();
            }
        });
    }

    private UUID id() {
        return Requests.idAt(Instant.now(), random);
    }

    @Override
    public void close() throws InterruptedException {
        closing = true;
        thread.join();
        producer.close();
    }
}
