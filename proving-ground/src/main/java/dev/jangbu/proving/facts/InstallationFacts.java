package dev.jangbu.proving.facts;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.facts.FactsDatabase.RowReader;
import dev.jangbu.proving.facts.FactsDatabase.TableLoader;
import dev.jangbu.proving.stack.Await;
import dev.jangbu.proving.stack.PspSimulatorClient;
import dev.jangbu.proving.stack.TopicReader;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * The facts of an installation: both databases, each in one snapshot, the topics, the wallets of the API, and the
 * PSP's charges. A table is filled when it is needed first.
 */
public final class InstallationFacts implements AutoCloseable {

    private static final Duration RETRY_LIMIT = Duration.ofSeconds(30);
    private static final Duration RETRY_PAUSE = Duration.ofMillis(250);

    /** The table behind a macro of {@code facts.sql}; the wallets to read are those of the entries. */
    private static final Map<String, List<String>> BEHIND = Map.of(
            "unreadable_without_dead_letter", List.of("dead_letters"),
            "wallets", List.of("entries"));

    private final Installation stack;
    private final FactsDatabase facts;
    private final DatabaseFacts payments;
    private final DatabaseFacts ledger;
    private final HttpApi api;
    private final @Nullable PspSimulatorClient psp;
    private final LongConsumer examined;
    private final Map<String, TableLoader> loaders = new HashMap<>();
    private final Map<String, Long> filled = new HashMap<>();

    /**
     * @param file the database of the facts, which is created
     * @param busyStages the stages with pending work
     * @param examined receives the numbers of rows, records, charges and responses that are read
     */
    public InstallationFacts(
            Installation stack, TopicReader topics, Path file, Set<String> busyStages, LongConsumer examined)
            throws SQLException, IOException, InterruptedException {
        this.stack = stack;
        this.examined = examined;
        this.payments = new DatabaseFacts(stack.openPayments(), "payments.sql");
        this.ledger = new DatabaseFacts(stack.openLedger(), "ledger.sql");
        this.api = new HttpApi(stack.api(), stack.apiKey());
        this.psp = stack.hasSimulator() ? new PspSimulatorClient(stack) : null;
        this.facts = new FactsDatabase(file, examined);
        facts.fill("psp", table -> table.row(psp != null));
        facts.fill("busy_stages", table -> {
            for (String stage : busyStages) {
                table.row(stage);
            }
        });
        payments.addLoaders(loaders);
        ledger.addLoaders(loaders);
        new TopicFacts(topics).addLoaders(loaders);
        loaders.put("outbox", this::copyOutbox);
        loaders.put("wallets", this::copyWallets);
        loaders.put("psp_charges", this::copyCharges);
        require("clock");
    }

    /** The audited installation. */
    public Installation stack() {
        return stack;
    }

    /** Counts items that are examined elsewhere. */
    public void countExamined(long items) {
        examined.accept(items);
    }

    /** Fills a table, or the tables behind a view, unless they are filled. Any other name is ignored. */
    public void require(String table) throws SQLException, IOException, InterruptedException {
        for (String behind : BEHIND.getOrDefault(table, List.of())) {
            require(behind);
        }
        TableLoader loader = loaders.get(table);
        Long rows = filled.get(table);
        if (rows != null) {
            examined.accept(rows);
        } else if (loader != null) {
            filled.put(table, facts.fill(table, loader));
        }
    }

    /** Reads the rows of a query on filled tables. */
    public void query(String sql, RowReader rows) throws SQLException, IOException, InterruptedException {
        facts.query(sql, rows);
    }

    /** The connection to the filled tables, for statements that share temporary views. */
    public Connection connection() {
        return facts.connection();
    }

    private void copyOutbox(FactsTable table) throws SQLException, IOException, InterruptedException {
        try (Deserializer<SettlementRequested> reader =
                stack.serdes().of(Topics.SETTLEMENT_REQUESTS).deserializer()) {
            payments.query("SELECT id, aggregateid, payload FROM outbox", row -> table.row(columns(row, reader)));
        }
    }

    private static @Nullable Object[] columns(ResultSet row, Deserializer<SettlementRequested> reader)
            throws SQLException {
        byte[] payload = row.getBytes("payload");
        String wallet = row.getString("aggregateid");
        String content = RecordBytes.of(wallet, payload);
        try {
            SettlementRequested request = reader.deserialize(Topics.SETTLEMENT_REQUESTS.name(), payload);
            return new @Nullable Object[] {
                row.getObject("id"),
                wallet,
                content,
                null,
                UUID.fromString(request.getSettlementId()),
                request.getWalletId(),
                UUID.fromString(request.getReferenceId()),
                text(request),
                request.getOccurredAt().toEpochMilli()
            };
        } catch (PoisonRecordException | IllegalArgumentException e) {
            return new @Nullable Object[] {
                row.getObject("id"), wallet, content, e.toString(), null, null, null, null, null
            };
        }
    }

    /** In the format of the approvals. */
    private static String text(SettlementRequested request) {
        return "%s %d %s %s %s %d %d %s"
                .formatted(
                        request.getKind(),
                        request.getReferenceParts(),
                        request.getLineId(),
                        request.getOrderId(),
                        request.getWalletId(),
                        request.getAmount(),
                        request.getFee(),
                        request.getPsp());
    }

    private void copyWallets(FactsTable table) throws SQLException, IOException, InterruptedException {
        facts.query("SELECT DISTINCT wallet_id FROM entries", row -> {
            String walletId = row.getString(1);
            int colon = walletId.lastIndexOf(':');
            String path = "/wallets/" + walletId.substring(0, colon) + "?currency=" + walletId.substring(colon + 1);
            // A status of 5xx proves nothing.
            HttpApi.Response response = Await.value(
                    "an answer to " + path, RETRY_LIMIT, RETRY_PAUSE, () -> api.get(path), got -> got.status() < 500);
            JsonNode wallet = response.body();
            table.row(
                    walletId,
                    response.status(),
                    wallet.path("balance").asText(),
                    wallet.path("version").asText(),
                    wallet.toString());
        });
    }

    private void copyCharges(FactsTable table) throws IOException {
        if (psp != null) {
            psp.charges(charge -> table.row(
                    charge.get("paymentKey").asText(),
                    charge.get("orderId").asText(),
                    charge.get("amount").asLong(),
                    charge.get("currency").asText(),
                    charge.get("cancelled").asLong()));
        }
    }

    @Override
    public void close() throws SQLException {
        facts.close();
        payments.close();
        ledger.close();
        api.close();
        if (psp != null) {
            psp.close();
        }
    }
}
