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
 * Jangbu: streams-processor and ledger-service as shipped, from request to completion. They are paused while the
 * requests are put in place, so that the whole batch is waiting, as for the peers.
 */
final class JangbuCompetitor implements Competitor {

    private static final Duration STALL_TIMEOUT = Duration.ofSeconds(30);
    private static final List<String> SERVICES = List.of("streams-processor", "ledger-service");

    private final BenchStack stack;
    private final RequestFeed feed;
    private final LedgerEntries entries;
    private final TopicReader entriesTail;
    private final TopicReader completions;

    JangbuCompetitor(BenchStack stack, RequestFeed feed) throws InterruptedException {
        this.stack = stack;
        this.feed = feed;
        this.entries = new LedgerEntries(stack.address());
        this.entriesTail = new TopicReader(stack.address(), Topics.LEDGER_ENTRIES.name());
        this.completions = new TopicReader(stack.address(), Topics.SETTLEMENT_COMPLETIONS.name());
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
        // The pause is shorter than any session timeout.
        signal("STOP");
        feed.send(Topics.SETTLEMENT_REQUESTS.name(), batch, SettlementRequested::getWalletId);
    }

    @Override
    public long settle(Batch batch) throws IOException, InterruptedException {
        long startedAt = System.nanoTime();
        signal("CONT");
        TopicReader.Read read = completions.await(batch.payments(), STALL_TIMEOUT);
        Set<String> references = new HashSet<>();
        read.records().forEach(record -> references.add(new String(record.key(), StandardCharsets.UTF_8)));
        if (references.size() != batch.payments()) {
            throw new BenchException(
                    "Only %2$d of %1$d completions are distinct".formatted(batch.payments(), references.size()));
        }
        return read.lastAtNanos() - startedAt;
    }

    @Override
    public Outcome outcome(Batch batch) throws SQLException {
        Map<String, Long> balances = entries.outcome(entriesTail.rest(), true).balances();
        try (Connection connection = stack.address().openLedger()) {
            return SqlLedger.read(connection, batch.wallets(), balances);
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
