package dev.jangbu.proving.audit;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.facts.Fact;
import dev.jangbu.proving.facts.Facts;
import dev.jangbu.proving.facts.SortedFacts;
import dev.jangbu.proving.stack.HttpApi;
import dev.jangbu.proving.stack.PspSimulatorClient;
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
 * The data that the invariants examine: both databases, each in one snapshot, the topics, the API, and the PSP's
 * charges. All of it is streamed, and each item that is passed on counts as examined.
 */
public final class AuditSources implements AutoCloseable {

    private static final int FETCH_SIZE = 2_000;
    private static final Duration RETRY_LIMIT = Duration.ofSeconds(30);
    private static final Duration RETRY_PAUSE = Duration.ofMillis(250);

    private final Installation stack;
    private final TopicReader topics;
    private final Path scratch;
    private final ProgressReporter progress;
    private final Connection payments;
    private final Connection ledger;
    private final HttpApi api;
    private final @Nullable PspSimulatorClient psp;
    private final Instant now;

    /** @param scratch an existing directory for sorted facts */
    AuditSources(Installation stack, TopicReader topics, Path scratch, ProgressReporter progress)
            throws SQLException, IOException {
        this.stack = stack;
        this.topics = topics;
        this.scratch = scratch;
        this.progress = progress;
        this.payments = snapshot(stack.openPayments());
        this.ledger = snapshot(stack.openLedger());
        this.api = new HttpApi(stack.api(), stack.apiKey());
        this.psp = stack.hasSimulator() ? new PspSimulatorClient(stack) : null;
        this.now = databaseTime();
    }

    /** Receives one row. */
    @FunctionalInterface
    public interface RowReader {
        void read(ResultSet row) throws SQLException, IOException;
    }

    Installation stack() {
        return stack;
    }

    /**
     * Sends a GET request to the API and repeats it after a status of 5xx, which proves nothing.
     *
     * @throws IOException if the status is 5xx for half a minute
     */
    HttpApi.Response get(String path) throws IOException {
        long begin = System.nanoTime();
        while (true) {
            HttpApi.Response response = api.get(path);
            if (response.status() < 500) {
                return response;
            }
            if (System.nanoTime() - begin > RETRY_LIMIT.toNanos()) {
                throw new IOException(path + " cannot be read: " + response);
            }
            try {
                Thread.sleep(RETRY_PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }

    /** The database's time when the snapshot was taken. */
    Instant now() {
        return now;
    }

    /** Counts items that a statement examined within the database. */
    void countExamined(long count) {
        progress.count(count);
    }

    void payments(String sql, RowReader rows) throws SQLException, IOException {
        query(payments, sql, rows);
    }

    void ledger(String sql, RowReader rows) throws SQLException, IOException {
        query(ledger, sql, rows);
    }

    /**
     * The rows of a query on the payments database with the columns {@code key} and {@code text}, ordered by {@code
     * key}.
     */
    Facts paymentFacts(String sql) throws SQLException {
        return new RowFacts(payments, sql);
    }

    /** The same on the ledger's database; {@code arguments} are the query's parameters. */
    Facts ledgerFacts(String sql, long... arguments) throws SQLException {
        return new RowFacts(ledger, sql, arguments);
    }

    /** An empty collection of facts to be sorted. The caller closes it. */
    SortedFacts sortedFacts() {
        return new SortedFacts(scratch);
    }

    /** Reads a topic, partition by partition in offset order. */
    <T extends SpecificRecord> void topic(
            Topic<T> topic, TopicReader.DecodedRecords<T> values, TopicReader.Records unreadable) throws IOException {
        topics.read(
                topic,
                (record, value) -> {
                    progress.count(1);
                    values.read(record, value);
                },
                record -> {
                    progress.count(1);
                    unreadable.read(record);
                });
    }

    /** A deserializer of a topic's values, wherever they are stored. The caller closes it. */
    <T extends SpecificRecord> Deserializer<T> deserializer(Topic<T> topic) {
        return new AvroSerdes(URI.create(stack.registry())).of(topic).deserializer();
    }

    int partitions(Topic<?> topic) {
        return topics.partitions(topic);
    }

    void deadLetters(TopicReader.Records records) throws IOException {
        topics.readRaw(Topics.SETTLEMENT_DEAD_LETTERS, record -> {
            progress.count(1);
            records.read(record);
        });
    }

    /**
     * Reads every charge of the PSP simulator.
     *
     * @return false if the installation has a real PSP, whose charges cannot be listed
     */
    boolean charges(PspSimulatorClient.Charges charges) throws IOException {
        if (psp == null) {
            return false;
        }
        psp.charges(charge -> {
            progress.count(1);
            charges.read(charge);
        });
        return true;
    }

    private void query(Connection connection, String sql, RowReader rows) throws SQLException, IOException {
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(FETCH_SIZE);
            try (ResultSet result = statement.executeQuery(sql)) {
                while (result.next()) {
                    progress.count(1);
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

    /** One transaction: cursors need it, and it makes all reads of a database one snapshot. */
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
        if (psp != null) {
            psp.close();
        }
    }

    private final class RowFacts implements Facts {

        private final PreparedStatement statement;
        private final ResultSet rows;

        RowFacts(Connection connection, String sql, long... arguments) throws SQLException {
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
            progress.count(1);
            return new Fact(rows.getString("key"), rows.getString("text"), 1);
        }

        @Override
        public void close() throws SQLException {
            statement.close();
        }
    }
}
