package dev.jangbu.benchmarks;

import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Ours: streams-processor and ledger-service as they are shipped, from the request to the completion. They stand still while
 * the requests are put in place, so that they find them all there, as the peers do.
 */
final class JangbuCompetitor implements Competitor {

    private static final Duration STALLED = Duration.ofSeconds(30);
    private static final List<String> SERVICES = List.of("streams-processor", "ledger-service");

    private final BenchStack stack;
    private final RequestFeed feed;
    private final Entries entries;
    private final TopicTail entriesTail;
    private final TopicTail completions;

    JangbuCompetitor(BenchStack stack, RequestFeed feed) throws InterruptedException {
        this.stack = stack;
        this.feed = feed;
        this.entries = new Entries(stack.address());
        this.entriesTail = new TopicTail(stack.address(), Topics.LEDGER_ENTRIES.name());
        this.completions = new TopicTail(stack.address(), Topics.SETTLEMENT_COMPLETIONS.name());
    }

    @Override
    public String name() {
        return "jangbu";
    }

    @Override
    public Map<String, Long> processes() throws IOException {
        return Map.of(
                "streams-processor", stack.pid("streams-processor"),
                "ledger-service", stack.pid("ledger-service"),
                "postgres", stack.pid("postgres"),
                "kafka", stack.pid("kafka"));
    }

    @Override
    public void prepare(Batch batch) throws IOException, InterruptedException {
        entriesTail.mark();
        completions.mark();
        // Shorter than any session's time-out.
        signal("STOP");
        feed.send(Topics.SETTLEMENT_REQUESTS.name(), batch, SettlementRequested::getWalletId);
    }

    @Override
    public long settle(Batch batch) throws IOException, InterruptedException {
        long began = System.nanoTime();
        signal("CONT");
        TopicTail.Read read = completions.await(batch.payments(), STALLED);
        Set<String> references = new HashSet<>();
        read.records().forEach(record -> references.add(new String(record.key(), StandardCharsets.UTF_8)));
        if (references.size() != batch.payments()) {
            throw new BenchException(
                    "Of %d completions, only %d are different".formatted(batch.payments(), references.size()));
        }
        return read.lastAtNanos() - began;
    }

    @Override
    public Outcome outcome(Batch batch) throws SQLException {
        Map<String, Long> balances = entries.outcome(entriesTail.rest(), true).balances();
        try (Connection connection = stack.address().openLedger()) {
            return SqlBook.read(connection, batch.wallets(), balances);
        }
    }

    @Override
    public void close() {
        entriesTail.close();
        completions.close();
    }

    private void signal(String name) throws IOException, InterruptedException {
        for (String service : SERVICES) {
            new ProcessBuilder("kill", "-" + name, Long.toString(stack.pid(service)))
                    .start()
                    .waitFor();
        }
    }
}
