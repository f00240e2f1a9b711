package dev.jangbu.proving.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jangbu.proving.stack.HttpApi;
import dev.jangbu.proving.stack.StackAddress;
import dev.jangbu.proving.stack.TopicReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Consumer;

/** Where an auditor looks: both databases, the topics, the API, and the PSP's own book. */
public final class Evidence implements AutoCloseable {

    private static final int FETCH_SIZE = 5_000;
    private static final int CHARGES_PAGE = 1_000;

    private final StackAddress stack;
    private final Connection payments;
    private final Connection ledger;
    private final TopicReader topics;
    private final HttpApi api;
    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    public Evidence(StackAddress stack) throws SQLException {
        this.stack = stack;
        this.payments = stack.openPayments();
        this.ledger = stack.openLedger();
        // Cursors need a transaction; one snapshot for a whole database is what an audit wants anyhow.
        this.payments.setAutoCommit(false);
        this.payments.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        this.ledger.setAutoCommit(false);
        this.ledger.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        this.topics = new TopicReader(stack);
        this.api = new HttpApi(stack.api(), stack.apiKey());
    }

    /** Looks at a row. */
    @FunctionalInterface
    public interface RowReader {
        void read(ResultSet row) throws SQLException, IOException;
    }

    TopicReader topics() {
        return topics;
    }

    HttpApi api() {
        return api;
    }

    void payments(String sql, RowReader rows) throws SQLException, IOException {
        query(payments, sql, rows);
    }

    void ledger(String sql, RowReader rows) throws SQLException, IOException {
        query(ledger, sql, rows);
    }

    /** Every charge in the PSP's book, page by page. */
    void charges(Consumer<JsonNode> charges) throws IOException {
        String after = "";
        while (true) {
            JsonNode page = page(after);
            page.forEach(charges);
            if (page.size() < CHARGES_PAGE) {
                return;
            }
            after = page.get(page.size() - 1).get("paymentKey").asText();
        }
    }

    private JsonNode page(String after) throws IOException {
        URI uri = URI.create(stack.simulator() + "/simulator/charges?limit=" + CHARGES_PAGE
                + (after.isEmpty() ? "" : "&after=" + after));
        try {
            return json.readTree(http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray())
                    .body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void query(Connection connection, String sql, RowReader rows) throws SQLException, IOException {
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(FETCH_SIZE);
            try (ResultSet result = statement.executeQuery(sql)) {
                while (result.next()) {
                    rows.read(result);
                }
            }
        }
    }

    @Override
    public void close() throws SQLException {
        payments.close();
        ledger.close();
        api.close();
        http.close();
    }
}
