package dev.jangbu.benchmarks;

import dev.jangbu.contract.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Kafka Streams alone, from the request to the entry: our topology, and what it is held against. All variants run in one
 * JVM, one after the other, each round as a new application that finds its input in place.
 */
final class EngineCompetitor implements Competitor {

    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(60);
    private static final Duration STALLED = Duration.ofSeconds(30);

    private final BenchStack stack;
    private final RequestFeed feed;
    private final PeerProcess engine;
    private final Entries entries;
    private final TopicTail tail;
    private final String name;
    private final String variant;
    private final List<ConsumerRecord<byte[], byte[]>> read = new ArrayList<>();
    private int applications;

    /** @param engine shared by all variants, and closed by whoever started it */
    EngineCompetitor(BenchStack stack, RequestFeed feed, PeerProcess engine, String name, String variant)
            throws InterruptedException {
        this.stack = stack;
        this.feed = feed;
        this.engine = engine;
        this.entries = new Entries(stack.address());
        this.tail = new TopicTail(stack.address(), Topics.LEDGER_ENTRIES.name());
        this.name = name;
        this.variant = variant;
    }

    /** The JVM, with the options that streams-processor has in the stack. */
    static PeerProcess engine(BenchStack stack) throws IOException, InterruptedException {
        return PeerProcess.start(
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
    public Map<String, Long> processes() throws IOException {
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
        engine.ask(ANSWERED_WITHIN, "run " + variant + " " + applicationId());
        long began = System.nanoTime();
        TopicTail.Read came = tail.await(batch.requests().size(), STALLED);
        read.addAll(came.records());
        return came.lastAtNanos() - began;
    }

    @Override
    public Outcome outcome(Batch batch) throws IOException, InterruptedException {
        engine.ask(ANSWERED_WITHIN, "forget");
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
