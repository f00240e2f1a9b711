package dev.jangbu.benchmarks;

import dev.jangbu.contract.Topics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Kafka Streams from request to entry: Jangbu's topology and the variants it is compared with. All variants run in one
 * JVM, one after the other; each round is a new application that finds its input in place.
 */
final class EngineCompetitor implements Competitor {

    private final BenchStack stack;
    private final RequestFeed feed;
    private final PeerProcess engine;
    private final LedgerEntries entries;
    private final TopicReader tail;
    private final String name;
    private final String variant;
    private final List<ConsumerRecord<byte[], byte[]>> read = new ArrayList<>();
    private int applications;

    /** @param engine shared by all variants; the caller closes it */
    EngineCompetitor(BenchStack stack, RequestFeed feed, PeerProcess engine, String name, String variant) {
        this.stack = stack;
        this.feed = feed;
        this.engine = engine;
        this.entries = new LedgerEntries(stack.address());
        this.tail = new TopicReader(stack.address(), Topics.LEDGER_ENTRIES.name());
        this.name = name;
        this.variant = variant;
    }

    /** Starts the JVM with the options of streams-processor. */
    static PeerProcess engine(BenchStack stack) throws IOException, InterruptedException {
        return new PeerProcess(
                stack,
                "engine",
                "dev.jangbu.peers.Engine",
                List.of("-Xmx256m"),
                List.of(),
                Map.of("PEER_STATE_DIR", stack.scratch("engine").toString()));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Map<String, Long> processes() {
        return Map.of("engine", engine.pid(), "kafka", stack.pid("kafka"));
    }

    @Override
    public void prepare(Batch batch) throws InterruptedException {
        feed.empty(Topics.SETTLEMENT_REQUESTS.name());
        feed.send(Topics.SETTLEMENT_REQUESTS.name(), batch, request -> request.getWalletId());
        tail.mark();
        read.clear();
        applications++;
    }

    @Override
    public long settle(Batch batch) throws IOException, InterruptedException {
        engine.send("run " + variant + " " + applicationId());
        long startedAt = System.nanoTime();
        TopicReader.Read received = tail.await(batch.requests().size());
        read.addAll(received.records());
        return received.lastAtNanos() - startedAt;
    }

    @Override
    public Outcome outcome(Batch batch) throws IOException, InterruptedException {
        engine.send("forget");
        read.addAll(tail.rest());
        feed.deleteInternalTopics(applicationId());
        return entries.outcome(read, !variant.equals("pass-through"));
    }

    @Override
    public void close() {
        tail.close();
    }

    private String applicationId() {
        return "engine-" + variant + "-" + applications;
    }
}
