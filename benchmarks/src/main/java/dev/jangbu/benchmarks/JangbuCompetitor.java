package dev.jangbu.benchmarks;

import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.console.CommandException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Jangbu: streams-processor and ledger-service as shipped, from request to completion. They are paused while the
 * requests are put in place, so that the whole batch is waiting, as for the peers.
 */
final class JangbuCompetitor implements Competitor {

    static final String NAME = "jangbu";

    private static final List<String> SERVICES = List.of("streams-processor", "ledger-service");

    private final BenchStack stack;
    private final RequestFeed feed;
    private final LedgerEntries entries;
    private final TopicReader entriesTail;
    private final TopicReader completions;

    JangbuCompetitor(BenchStack stack, RequestFeed feed) {
        this.stack = stack;
        this.feed = feed;
        this.entries = new LedgerEntries(stack.address());
        this.entriesTail = new TopicReader(stack.address(), Topics.LEDGER_ENTRIES.name());
        this.completions = new TopicReader(stack.address(), Topics.SETTLEMENT_COMPLETIONS.name());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<String, Long> processes() {
        return stack.pids("streams-processor", "ledger-service", "postgres", "kafka");
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
        TopicReader.Read read = completions.await(batch.payments());
        Set<String> references = new HashSet<>();
        read.records().forEach(record -> references.add(new String(record.key(), StandardCharsets.UTF_8)));
        if (references.size() != batch.payments()) {
            throw new CommandException(
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
