package dev.jangbu.proving.audit;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.proving.facts.Fact;
import dev.jangbu.proving.facts.Facts;
import dev.jangbu.proving.facts.SortedFacts;
import dev.jangbu.proving.stack.HttpApi;
import dev.jangbu.proving.stack.PspSimulator;
import dev.jangbu.proving.stack.StackAddress;
import dev.jangbu.proving.stack.TopicReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Where an auditor looks: both databases, each in one snapshot, the topics, the API, and the PSP's own book. Everything
 * streams, and everything that is handed out is counted as looked at.
 */
public final class Evidence implements AutoCloseable {

    private static final int FETCH_SIZE = 2_000;
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(30);
    private static final Duration ASKED_AGAIN_AFTER = Duration.ofMillis(250);

    private final StackAddress stack;
    private final TopicReader topics;
    private final Path scratch;
    private final Progress progress;
    private final Connection payments;
    private final Connection ledger;
    private final HttpApi api;
    private final PspSimulator psp;
    private final Instant now;

    /** @param scratch an existing directory that cards are sorted in */
    Evidence(StackAddress stack, TopicReader topics, Path scratch, Progress progress) throws SQLException, IOException {
        this.stack = stack;
        this.topics = topics;
        this.scratch = scratch;
        this.progress = progress;
        this.payments = snapshot(stack.openPayments());
        this.ledger = snapshot(stack.openLedger());
        this.api = new HttpApi(stack.api(), stack.apiKey());
        this.psp = new PspSimulator(stack);
        this.now = databaseTime();
    }

    /** Looks at a row. */
    @FunctionalInterface
    public interface RowReader {
        void read(ResultSet row) throws SQLException, IOException;
    }

    StackAddress stack() {
        return stack;
    }

    /**
     * An answer of the API. One that says "not now" is no evidence of anything, so it is asked for again.
     *
     * @throws IOException if there is no other for half a minute
     */
    HttpApi.Answer read(String path) throws IOException {
        long begin = System.nanoTime();
        while (true) {
            HttpApi.Answer answer = api.get(path);
            if (answer.status() < 500) {
                return answer;
            }
            if (System.nanoTime() - begin > ANSWERS_WITHIN.toNanos()) {
                throw new IOException(path + " can't be read: " + answer);
            }
            try {
                Thread.sleep(ASKED_AGAIN_AFTER);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }

    /** The time of the database when the audit began to look. */
    Instant now() {
        return now;
    }

    /** Says that so many things were looked at where the database did the looking. */
    void looked(long things) {
        progress.saw(things);
    }

    void payments(String sql, RowReader rows) throws SQLException, IOException {
        query(payments, sql, rows);
    }

    void ledger(String sql, RowReader rows) throws SQLException, IOException {
        query(ledger, sql, rows);
    }

    /** The rows of a query with the columns {@code key} and {@code text}, ordered by {@code key}. */
    Facts paymentCards(String sql) throws SQLException {
        return new RowCards(payments, sql);
    }

    /** The same of the ledger; {@code arguments} are numbers for the query's question marks. */
    Facts ledgerCards(String sql, long... arguments) throws SQLException {
        return new RowCards(ledger, sql, arguments);
    }

    /** A new heap of cards to sort; whoever asks for it closes it. */
    SortedFacts cards() {
        return new SortedFacts(scratch);
    }

    /** Passes on what a topic says, partition by partition in the order of their offsets. */
    <T extends SpecificRecord> void topic(Topic<T> topic, TopicReader.Values<T> values, TopicReader.Records unreadable)
            throws IOException {
        topics.read(
                topic,
                (record, value) -> {
                    progress.saw(1);
                    values.read(record, value);
                },
                record -> {
                    progress.saw(1);
                    unreadable.read(record);
                });
    }

    /** Reads what is written in a topic's form, wherever it lies; whoever asks for it closes it. */
    <T extends SpecificRecord> Deserializer<T> reader(Topic<T> topic) {
        return new AvroSerdes(URI.create(stack.registry())).of(topic).deserializer();
    }

    int partitions(Topic<?> topic) {
        return topics.partitions(topic);
    }

    void deadLetters(TopicReader.Records records) throws IOException {
        topics.readRaw(Topics.SETTLEMENT_DEAD_LETTERS, record -> {
            progress.saw(1);
            records.read(record);
        });
    }

    /** Every charge in the PSP's book. */
    void charges(PspSimulator.Charges charges) throws IOException {
        psp.charges(charge -> {
            progress.saw(1);
            charges.read(charge);
        });
    }

    private void query(Connection connection, String sql, RowReader rows) throws SQLException, IOException {
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(FETCH_SIZE);
            try (ResultSet result = statement.executeQuery(sql)) {
                while (result.next()) {
                    progress.saw(1);
                    rows.read(result);
                }
            }
        }
    }

    private Instant databaseTime() throws SQLException {
        try (Statement statement = payments.createStatement();
                ResultSet time =
                        statement.executeQuery("SELECT (extract(epoch FROM now()) * 1000)::bigint AS milliseconds")) {
            time.next();
            return Instant.ofEpochMilli(time.getLong(1));
        }
    }

    /** Cursors need a transaction; one snapshot of a whole database is what an audit wants anyhow. */
    private static Connection snapshot(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        return connection;
    }

    @Override
    public void close() throws SQLException {
        payments.close();
        ledger.close();
        api.close();
        psp.close();
    }

    private final class RowCards implements Facts {

        private final PreparedStatement statement;
        private final ResultSet rows;

        RowCards(Connection connection, String sql, long... arguments) throws SQLException {
            this.statement = connection.prepareStatement(sql);
            statement.setFetchSize(FETCH_SIZE);
            for (int i = 0; i < arguments.length; i++) {
                statement.setLong(i + 1, arguments[i]);
            }
            this.rows = statement.executeQuery();
        }

        @Override
        public @Nullable Fact next() throws SQLException {
            if (!rows.next()) {
                return null;
            }
            progress.saw(1);
            return new Fact(rows.getString("key"), rows.getString("text"), 1);
        }

        @Override
        public void close() throws SQLException {
            statement.close();
        }
    }
}
