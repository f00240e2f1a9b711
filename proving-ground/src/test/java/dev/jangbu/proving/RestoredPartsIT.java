package dev.jangbu.proving;

import static dev.jangbu.proving.stack.Shop.line;
import static dev.jangbu.proving.stack.Shop.newOrderId;
import static dev.jangbu.proving.stack.Shop.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jangbu.contract.Topics;
import dev.jangbu.local.stack.DataDirectory;
import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.stack.BaseBackup;
import dev.jangbu.proving.stack.BaseBackup.Slots;
import dev.jangbu.proving.stack.EphemeralStack;
import dev.jangbu.proving.stack.EphemeralStack.CommandResult;
import dev.jangbu.proving.stack.SharedStack;
import dev.jangbu.proving.stack.Shop;
import dev.jangbu.proving.stack.TopicReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One part of the stack goes back, is lost, or is ahead of the others, as {@code docs/restore.md} lists them. Afterwards
 * all money has moved once, by the audit.
 */
@Tag("proof")
class RestoredPartsIT {

    private static final String SELLER = "parts";
    private static final String LEDGER_GROUP = "jangbu-ledger";

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static EphemeralStack stack;
    private static HttpApi api;
    private static Shop shop;

    /** Its own one: in the shared stack other tests leave charges for a person to decide. */
    @BeforeAll
    static void startStack() throws IOException {
        stack = new EphemeralStack(SharedStack.home(), false);
        api = new HttpApi(stack.address().api(), stack.address().apiKey());
        shop = new Shop(api);
    }

    @AfterAll
    static void stopStack() throws IOException {
        api.close();
        stack.close();
    }

    /** The running ledger-service notices the restored database, and writes it again from Kafka. */
    @Test
    void theLedgerAloneGoesBack() throws Exception {
        paid(10_000);
        copyLedger();
        String refunded = paid(20_000);
        refund(refunded, 5_000);
        payout(3_000);
        List<String> journals = journals();

        restoreLedger();
        paid(1_000);

        assertThat(journals()).containsAll(journals);
        assertThatEachPostingIsPublishedOnce();
        assertThatTheLedgerHolds();
        AuditAssertions.assertThatAllHolds(stack.address(), "after a restore of the ledger");
    }

    /** The journals are committed, and ledger-service dies before it publishes their postings. */
    @Test
    void theBookIsAheadOfTheGroup() throws Exception {
        paid(1_000);
        ProcessHandle ledger = stack.process("ledger-service").orElseThrow();
        ProcessHandle kafka = stack.process("kafka").orElseThrow();
        Map<Integer, Long> before = books();
        String id;
        try (Connection superuser = stack.address().openLedgerAs("postgres");
                Statement statement = superuser.createStatement()) {
            superuser.setAutoCommit(false);
            statement.execute("SELECT FROM books FOR UPDATE");
            id = shop.create(SELLER, 2_000);
            assertThat(confirm(id, 2_000).status()).isEqualTo(200);
            await("ledger-service waits for the book").atMost(Shop.SETTLE_LIMIT).until(RestoredPartsIT::isBookAwaited);
            signal("STOP", kafka);
            superuser.rollback();
        }
        Map<Integer, Long> written;
        try {
            written = await("the journal is committed")
                    .atMost(Shop.SETTLE_LIMIT)
                    .until(RestoredPartsIT::books, books -> !books.equals(before));
            ledger.destroyForcibly();
            await().atMost(Shop.SETTLE_LIMIT).until(() -> !ledger.isAlive());
        } finally {
            signal("CONT", kafka);
        }
        Map<Integer, Long> group = groupOffsets();
        assertThat(written)
                .anySatisfy((book, offset) -> assertThat(group.get(book)).isLessThan(offset));

        stack.awaitRestartOf("ledger-service", ledger);
        shop.awaitStatus(id, "COMPLETED");
        assertThatEachPostingIsPublishedOnce();
        assertThatTheLedgerHolds();
    }

    private static boolean isBookAwaited() throws SQLException {
        try (Connection superuser = stack.address().openAs("postgres")) {
            return number(superuser, """
                    SELECT count(*) FROM pg_stat_activity
                     WHERE datname = 'jangbu_ledger' AND usename = 'jangbu_ledger' AND wait_event_type = 'Lock'""") > 0;
        }
    }

    /** Connect begins where the slot is. Rows that it had published and not confirmed are published again. */
    @Test
    void theOffsetsOfConnectAreLost() throws Exception {
        paid(1_000);
        ProcessHandle connect = stack.process("connect").orElseThrow();
        List<String> payments = new ArrayList<>();
        for (long before = -1; before < 0 || slot() > before; ) {
            signal("CONT", connect);
            before = number("SELECT lsn FROM server_position");
            payments.add(publishedRequest(connect));
        }
        try (Admin kafka = admin()) {
            kafka.deleteTopics(List.of("connect.offsets")).all().get();
        }
        connect.destroyForcibly();
        stack.awaitRestartOf("connect", connect);

        paid(1_000);
        for (String id : payments) {
            shop.awaitStatus(id, "COMPLETED");
        }
        List<String> requests = requests();
        assertThat(new HashSet<>(requests)).hasSizeLessThan(requests.size());
        AuditAssertions.assertThatAllHolds(stack.address(), "after the loss of Connect's offsets");
    }

    /** Pays, and freezes Connect as soon as it has published the request. */
    private static String publishedRequest(ProcessHandle connect) throws IOException {
        int requests = requests().size();
        String id = shop.create(SELLER, 1_000);
        assertThat(confirm(id, 1_000).status()).isEqualTo(200);
        await("the request is published")
                .atMost(Shop.SETTLE_LIMIT)
                .until(() -> requests().size() > requests);
        signal("STOP", connect);
        return id;
    }

    /** The connector would skip all rows below the position, while it runs. */
    @Test
    void theOffsetsOfConnectAreAhead() throws Exception {
        paid(1_000);
        stopConnector();
        String charged = shop.create(SELLER, 4_000);
        assertThat(confirm(charged, 4_000).status()).isEqualTo(200);
        JsonNode offsets = connector("GET", "/offsets", "");
        ObjectNode offset = (ObjectNode) offsets.at("/offsets/0/offset");
        long ahead = offset.get("lsn").asLong() + 1_000_000_000;
        List.of("lsn", "lsn_proc", "lsn_commit").forEach(field -> offset.put(field, ahead));
        connector("PATCH", "/offsets", offsets.toString());
        connector("PUT", "/resume", "");

        awaitClosed("the outbox connector has read up to");
        apply("beyond the end of the WAL", "1 outbox rows are to be published");

        shop.awaitStatus(charged, "COMPLETED");
        paid(1_000);
        AuditAssertions.assertThatAllHolds(stack.address(), "after Connect was ahead");
    }

    /** A copy of all files brings an old slot back, and the ledger too. */
    @Test
    void aBackupBringsAnOldSlotBack() throws Exception {
        paid(1_000);
        Path backup = BaseBackup.take(stack.address(), stack.data(), Slots.KEPT);
        long old = slot();
        String lost = paid(5_000);
        await("the connector has confirmed what the backup lacks")
                .atMost(Shop.SETTLE_LIMIT)
                .until(() -> slot() > old);
        List<String> journals = journals();

        whileTheServerIsStopped(() -> BaseBackup.restore(backup, stack.data()));

        awaitClosed("");
        assertThat(slot()).isLessThanOrEqualTo(old);
        apply("restore payment " + lost);
        shop.awaitStatus(lost, "COMPLETED");
        paid(1_000);
        assertThat(journals()).containsAll(journals);
        assertThatEachPostingIsPublishedOnce();
        assertThatTheLedgerHolds();
        AuditAssertions.assertThatAllHolds(stack.address(), "after the restore of a backup with its slot");
    }

    @Test
    void aFailoverLosesTheLastCommits() throws Exception {
        paid(1_000);
        long timeline = number("SELECT timeline FROM server_position");
        Path standby = BaseBackup.take(stack.address(), stack.data(), Slots.LEFT_OUT);
        String lost = paid(6_000);

        whileTheServerIsStopped(() -> {
            BaseBackup.restore(standby, stack.data());
            becomeStandby();
        });
        promote(timeline);

        awaitClosed("");
        apply("restore payment " + lost);
        shop.awaitStatus(lost, "COMPLETED");
        paid(1_000);
        assertThatTheLedgerHolds();
        AuditAssertions.assertThatAllHolds(stack.address(), "after a failover that lost commits");
    }

    /** The standby has all commits, and not the slot. */
    @Test
    void aFailoverWithoutLossLosesTheSlot() throws Exception {
        paid(1_000);
        long timeline = number("SELECT timeline FROM server_position");
        stopConnector();
        String unpublished = shop.create(SELLER, 7_000);
        assertThat(confirm(unpublished, 7_000).status()).isEqualTo(200);

        whileTheServerIsStopped(() -> {
            Path slots = BaseBackup.server(stack.data()).resolve("pg_replslot");
            DataDirectory.delete(slots);
            Files.createDirectory(slots);
            becomeStandby();
        });
        promote(timeline);

        await("writes are refused for the slot")
                .atMost(Shop.SETTLE_LIMIT)
                .ignoreExceptions()
                .until(() -> create().text("detail").contains("replication slot"));
        apply("The replication slot is missing", "1 outbox rows are to be published");
        shop.awaitStatus(unpublished, "COMPLETED");
        paid(1_000);
        AuditAssertions.assertThatAllHolds(stack.address(), "after a failover without loss");
    }

    private static void copyLedger() throws SQLException {
        withoutSessions(
                "DROP DATABASE IF EXISTS jangbu_ledger_backup",
                "CREATE DATABASE jangbu_ledger_backup OWNER jangbu_owner TEMPLATE jangbu_ledger");
    }

    /** With the privileges of a database, which its copy has not. */
    private static void restoreLedger() throws SQLException {
        withoutSessions(
                "ALTER DATABASE jangbu_ledger RENAME TO jangbu_ledger_lost",
                "ALTER DATABASE jangbu_ledger_backup RENAME TO jangbu_ledger",
                "REVOKE ALL ON DATABASE jangbu_ledger FROM PUBLIC",
                "GRANT CONNECT ON DATABASE jangbu_ledger TO jangbu_ledger, jangbu_audit");
    }

    /** Runs statements while no session uses the ledger's database. */
    private static void withoutSessions(String... statements) throws SQLException {
        try (Connection superuser = stack.address().openAs("postgres");
                Statement statement = superuser.createStatement()) {
            statement.execute("ALTER DATABASE jangbu_ledger ALLOW_CONNECTIONS false");
            statement.execute(
                    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = 'jangbu_ledger'");
            for (String sql : statements) {
                statement.execute(sql);
            }
            statement.execute("ALTER DATABASE jangbu_ledger ALLOW_CONNECTIONS true");
        }
    }

    private static String paid(long amount) throws IOException {
        String id = shop.awaitCreated(SELLER, amount);
        assertThat(confirm(id, amount).status()).isEqualTo(200);
        shop.awaitStatus(id, "COMPLETED");
        return id;
    }

    private static Response confirm(String id, long amount) throws IOException {
        return shop.confirm(id, UUID.randomUUID().toString(), "key-" + id, amount);
    }

    private static Response create() throws IOException {
        return api.post("/payments", UUID.randomUUID().toString(), order(newOrderId(), line(SELLER, 1_000, 50)));
    }

    private static void refund(String payment, long amount) throws IOException {
        Response refund =
                api.post("/payments/" + payment + "/refunds", UUID.randomUUID().toString(), """
                {"lines":[{"lineId":"1","amount":%d}],"reason":"test"}""".formatted(amount));
        assertThat(refund.status()).as("%s", refund).isEqualTo(201);
        shop.awaitStatusOf("/refunds/" + refund.text("id"), "COMPLETED");
    }

    private static void payout(long amount) throws IOException {
        Response payout =
                api.post("/wallets/" + SELLER + "/payouts", UUID.randomUUID().toString(), """
                {"amount":%d,"currency":"KRW","destination":"bank-1"}""".formatted(amount));
        assertThat(payout.status()).as("%s", payout).isEqualTo(202);
        shop.awaitStatusOf("/payouts/" + payout.text("id"), "BOOKED");
    }

    /** Sends a request to the outbox connector's resource at Connect. */
    private static JsonNode connector(String method, String path, String body) throws IOException {
        try {
            HttpResponse<String> response = HTTP.send(
                    HttpRequest.newBuilder(URI.create(stack.address().connect() + "/connectors/outbox" + path))
                            .header("Content-Type", "application/json")
                            .method(method, BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(response.statusCode())
                    .as("%s %s: %s", method, path, response.body())
                    .isLessThan(300);
            return JSON.readTree(response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static void stopConnector() throws IOException {
        connector("PUT", "/stop", "");
        await("the connector is stopped")
                .atMost(Shop.SETTLE_LIMIT)
                .until(
                        () -> connector("GET", "/status", ""),
                        status -> status.at("/connector/state").asText().equals("STOPPED")
                                && status.path("tasks").isEmpty());
    }

    private static void awaitClosed(String evidence) {
        await("writes are refused: " + evidence)
                .atMost(Shop.SETTLE_LIMIT)
                .ignoreExceptions()
                .until(
                        RestoredPartsIT::create,
                        refused -> refused.text("code").equals("restored")
                                && refused.text("detail").contains(evidence));
    }

    /** Runs {@code restore plan}, which prints these parts, then {@code restore apply}, which leaves nothing to do. */
    private static void apply(String... planned) throws IOException {
        CommandResult plan = run("restore", "plan");
        assertThat(plan.exitCode()).as(plan.output()).isEqualTo(1);
        assertThat(plan.output()).contains(planned);
        CommandResult applied = run("restore", "apply");
        assertThat(applied.exitCode()).as(applied.output()).isZero();
        assertThat(applied.output()).contains("The database is open");
    }

    /** Runs a command again while it can't tell: a part, such as the registry, follows its database. */
    private static CommandResult run(String command, String subcommand) {
        return await(command + " " + subcommand)
                .atMost(Shop.SETTLE_LIMIT)
                .until(
                        () -> stack.run(
                                Map.of(),
                                command,
                                subcommand,
                                "--data",
                                stack.data().toString()),
                        result -> result.exitCode() != 2);
    }

    private interface FileChange {
        void run() throws IOException;
    }

    /** The other parts go on. The supervisor is paused, else it would start the server again at once. */
    private static void whileTheServerIsStopped(FileChange change) throws IOException {
        ProcessHandle supervisor = stack.process("supervisor").orElseThrow();
        ProcessHandle server = stack.process("postgres").orElseThrow();
        signal("STOP", supervisor);
        try {
            signal("INT", server);
            await("the end of the server").atMost(Shop.SETTLE_LIMIT).until(() -> !server.isAlive());
            change.run();
        } finally {
            signal("CONT", supervisor);
        }
        stack.awaitRestartOf("postgres", server);
    }

    private static void becomeStandby() throws IOException {
        Files.createFile(BaseBackup.server(stack.data()).resolve("standby.signal"));
    }

    private static void promote(long timeline) {
        await("the standby is promoted")
                .atMost(Shop.SETTLE_LIMIT)
                .ignoreExceptions()
                .until(() -> {
                    try (Connection superuser = stack.address().openAs("postgres");
                            Statement statement = superuser.createStatement()) {
                        statement.execute("SELECT pg_promote() WHERE pg_is_in_recovery()");
                    }
                    return number("SELECT timeline FROM server_position") == timeline + 1;
                });
    }

    private static void signal(String name, ProcessHandle process) throws IOException {
        Process kill = new ProcessBuilder("kill", "-s", name, Long.toString(process.pid())).start();
        await().until(() -> !kill.isAlive());
        assertThat(kill.exitValue()).isZero();
    }

    private static void assertThatTheLedgerHolds() throws IOException {
        CommandResult verified = run("ledger", "verify");
        assertThat(verified.exitCode()).as(verified.output()).isZero();
        CommandResult rebuilt = run("ledger", "rebuild");
        assertThat(rebuilt.exitCode()).as(rebuilt.output()).isZero();
    }

    private static void assertThatEachPostingIsPublishedOnce() throws IOException {
        Set<String> settlements = new HashSet<>();
        new TopicReader(stack.address())
                .read(
                        Topics.LEDGER_POSTINGS,
                        (record, posting) -> assertThat(settlements.add(posting.getSettlementId()))
                                .as(posting.getSettlementId())
                                .isTrue(),
                        record -> {});
    }

    /** The ids of all published requests. */
    private static List<String> requests() throws IOException {
        List<String> ids = new ArrayList<>();
        new TopicReader(stack.address())
                .read(
                        Topics.SETTLEMENT_REQUESTS,
                        (record, request) -> ids.add(request.getSettlementId()),
                        record -> {});
        return ids;
    }

    /** What cannot be written again otherwise: all but the time of the posting. */
    private static List<String> journals() throws SQLException {
        List<String> journals = new ArrayList<>();
        try (Connection ledger = stack.address().openLedger();
                Statement statement = ledger.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT settlement_id || ' ' || book || ' ' || no || ' ' || encode(hash, 'hex') FROM journals")) {
            while (row.next()) {
                journals.add(row.getString(1));
            }
        }
        return journals;
    }

    /** The next offset of each book, in the database. */
    private static Map<Integer, Long> books() throws SQLException {
        Map<Integer, Long> offsets = new HashMap<>();
        try (Connection ledger = stack.address().openLedger();
                Statement statement = ledger.createStatement();
                ResultSet row = statement.executeQuery("SELECT book, next_offset FROM books")) {
            while (row.next()) {
                offsets.put(row.getInt("book"), row.getLong("next_offset"));
            }
        }
        return offsets;
    }

    /** The offset of each book up to which its postings are published. */
    private static Map<Integer, Long> groupOffsets() throws Exception {
        Map<Integer, Long> offsets = new HashMap<>();
        try (Admin kafka = admin()) {
            kafka.listConsumerGroupOffsets(LEDGER_GROUP)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, offset) -> offsets.put(partition.partition(), offset.offset()));
        }
        return offsets;
    }

    private static Admin admin() {
        return Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, stack.address().kafka()));
    }

    /** The WAL position up to which the connector has confirmed, in bytes since 0/0. */
    private static long slot() throws SQLException {
        return number("SELECT pg_wal_lsn_diff(confirmed_flush_lsn, '0/0')::bigint FROM pg_replication_slots"
                + " WHERE slot_name = 'jangbu_outbox'");
    }

    private static long number(String query) throws SQLException {
        try (Connection payments = stack.address().openPayments()) {
            return number(payments, query);
        }
    }

    private static long number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            assertThat(row.next()).isTrue();
            return row.getLong(1);
        }
    }
}
