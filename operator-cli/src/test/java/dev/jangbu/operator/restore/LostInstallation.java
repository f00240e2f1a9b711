package dev.jangbu.operator.restore;

import com.sun.net.httpserver.HttpServer;
import dev.jangbu.contract.DatabaseMark;
import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.NameBasedId;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.Provision;
import dev.jangbu.contract.Rejection;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Side;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.simulator.PspSimulator;
import dev.jangbu.testsupport.TemporaryFolder;
import dev.jangbu.testsupport.TestBroker;
import dev.jangbu.testsupport.TestHttpClient;
import dev.jangbu.testsupport.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A payments database that lacks what Kafka and the PSP have. Kafka Connect is a stub: its plugins are not in this module. */
final class LostInstallation implements AutoCloseable {

    static final FixedIdSerdes SERDES = new FixedIdSerdes();
    static final Instant EARLIER = Instant.parse("2026-11-20T06:00:00.123Z");

    private static final int PARTITIONS = 4;
    private static final String SECRET = "test_sk";

    private final KafkaProducer<byte[], byte[]> producer;
    private final PspSimulator simulator;
    private final TestHttpClient psp;
    private final HttpServer connect;
    private final List<String> connectRequests = new CopyOnWriteArrayList<>();
    private volatile @Nullable String refusedRequest;
    private volatile long storedLsn;

    LostInstallation() {
        TestBroker.reset();
        try (Admin admin = TestBroker.admin()) {
            Provision.topics(admin, PARTITIONS, 1);
        }
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", TestBroker.address()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        TestPostgres.recreate("jangbu_payment");
        TestPostgres.migrate(
                "jangbu_payment", Path.of("..", "payment-api", "src", "main", "resources", "db", "migration"));
        try {
            simulator = PspSimulator.start(
                    0, SECRET, TemporaryFolder.create("psp"), Clock.systemUTC(), PspSimulator.Delays.DEFAULT);
            psp = TestHttpClient.of(simulator.port())
                    .withHeader(
                            "Authorization",
                            "Basic "
                                    + Base64.getEncoder()
                                            .encodeToString((SECRET + ":").getBytes(StandardCharsets.UTF_8)))
                    .withHeader("Content-Type", "application/json");
            connect = startConnect();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sql("INSERT INTO marks (sequence, written_at) VALUES (5, now() - interval '1 minute')");
        loseMark();
    }

    private HttpServer startConnect() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            connectRequests.add(request);
            byte[] body = "{\"connector\":{\"state\":\"STOPPED\"},\"tasks\":[],\"offsets\":[{\"offset\":{\"lsn\":%d}}]}"
                    .formatted(storedLsn)
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(request.equals(refusedRequest) ? 500 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    /** Publishes a mark that the database does not contain. */
    void loseMark() {
        publishMark(Integer.MAX_VALUE, UUID.randomUUID().toString());
    }

    private void publishMark(long sequence, String nonce) {
        send(
                Topics.PAYMENT_MARKS,
                "jangbu_payment",
                DatabaseMark.newBuilder()
                        .setDatabase("jangbu_payment")
                        .setSystemIdentifier(number("SELECT system_identifier FROM server_position"))
                        .setTimeline(1)
                        .setLsn(1)
                        .setEpoch(0)
                        .setSequence(sequence)
                        .setNonce(nonce)
                        .setWrittenAt(Instant.now())
                        .build());
    }

    /** Lets Kafka Connect answer 500 to a request, for instance {@code DELETE /connectors/outbox/offsets}. */
    void refuse(@Nullable String request) {
        refusedRequest = request;
    }

    /** Sets the WAL position that Connect has stored, in bytes since 0/0. */
    void storeLsn(long lsn) {
        storedLsn = lsn;
    }

    List<String> connectRequests() {
        return connectRequests;
    }

    /** The exit of a command and its lines. */
    record Run(boolean nothingLeft, List<String> lines) {
        String text() {
            return String.join("\n", lines);
        }
    }

    Run plan() throws SQLException {
        return run(false);
    }

    Run apply() throws SQLException {
        return run(true);
    }

    private Run run(boolean applies) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (Database audit = open("jangbu_audit")) {
            boolean nothingLeft = new Restoration(
                            new Restoration.Parts(
                                    TestBroker.address(),
                                    SERDES,
                                    audit,
                                    () -> open("jangbu_maintenance"),
                                    () -> open("jangbu_cdc"),
                                    new OutboxConnector("http://127.0.0.1:"
                                            + connect.getAddress().getPort()),
                                    Optional.of(new PspTransactions("http://127.0.0.1:" + simulator.port(), SECRET)),
                                    Clock.systemUTC()),
                            new Restoration.Options(applies, null, Duration.ofHours(24)),
                            lines::add)
                    .run();
            return new Run(nothingLeft, lines);
        }
    }

    /** The exit of {@code restore wallets}, and what it gave to the program that writes the stores. */
    record WalletsRun(boolean nothingLeft, List<String> lines, Map<String, String> environment, String rejected) {
        String text() {
            return String.join("\n", lines);
        }
    }

    /** @param exitOfStores the exit code of the program that writes the stores */
    WalletsRun restoreWallets(boolean isDryRun, boolean discardsKafka, int exitOfStores) throws Exception {
        List<String> lines = new ArrayList<>();
        Map<String, String> given = new HashMap<>();
        StringBuilder input = new StringBuilder();
        try (Database payments = open("jangbu_audit");
                Database ledger = new Database(TestPostgres.connect("jangbu_ledger", "jangbu_audit"))) {
            boolean nothingLeft = new WalletRestoration(
                            new WalletRestoration.Parts(
                                    TestBroker.address(),
                                    "http://127.0.0.1:9",
                                    SERDES,
                                    payments,
                                    ledger,
                                    () -> new Database(TestPostgres.connect("jangbu_ledger", TestPostgres.OWNER)),
                                    () -> open("jangbu_maintenance"),
                                    () -> open("jangbu_cdc"),
                                    new OutboxConnector("http://127.0.0.1:"
                                            + connect.getAddress().getPort()),
                                    (environment, rejected) -> {
                                        given.putAll(environment);
                                        input.append(rejected);
                                        return exitOfStores;
                                    }),
                            new WalletRestoration.Options(isDryRun, discardsKafka, "jangbu-settlement"),
                            lines::add)
                    .run();
            return new WalletsRun(nothingLeft, lines, given, input.toString());
        }
    }

    private static Database open(String role) throws SQLException {
        return new Database(TestPostgres.connect("jangbu_payment", role));
    }

    /** Runs statements as the superuser. */
    static void sql(String... statements) {
        try (Connection connection = TestPostgres.connect("jangbu_payment", TestPostgres.SUPERUSER);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Rows, their columns separated by spaces; NULL is a dash. */
    static List<String> rows(String query) {
        List<String> rows = new ArrayList<>();
        try (Connection connection = TestPostgres.connect("jangbu_payment", TestPostgres.SUPERUSER);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                List<String> columns = new ArrayList<>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    columns.add(row.getString(i) == null ? "-" : row.getString(i));
                }
                rows.add(String.join(" ", columns));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return rows;
    }

    static long number(String query) {
        return Long.parseLong(rows(query).getFirst());
    }

    /** All that a restoration may change, without the marks. */
    static List<String> content() {
        List<String> content = new ArrayList<>();
        for (String table : List.of(
                "payments",
                "payment_lines",
                "refunds",
                "refund_lines",
                "payouts",
                "psp_cancels",
                "history",
                "outbox",
                "unsettled_charges",
                "idempotency_keys")) {
            content.addAll(rows("SELECT '%1$s', t::text FROM %1$s t ORDER BY 2".formatted(table)));
        }
        return content;
    }

    /** A payment in READY with lines "1", "2" … of 10,000 with a fee of 500 each, seller {@code s1}, {@code s2} …. */
    static UUID payment(String order, int lines) {
        UUID id = NameBasedId.ofPayment("default", order, 0);
        sql("""
                INSERT INTO payments (id, client_id, creation_key, generation, order_id, status, currency, amount, metadata,
                                      psp, cause, version, created_at)
                VALUES ('%s', 'default', '%s', 0, '%s', 'READY', 'KRW', %d, '{}', 'toss', 'create', 1, '%s')""".formatted(id, order, order, lines * 10_000, EARLIER));
        for (int line = 1; line <= lines; line++) {
            sql("INSERT INTO payment_lines (payment_id, line_no, line_id, seller_id, amount, fee, created_at)"
                    + " VALUES ('%s', %d, '%d', 's%d', 10000, 500, '%s')".formatted(id, line, line, line, EARLIER));
        }
        return id;
    }

    static UUID executing(String order, int lines) {
        UUID id = payment(order, lines);
        sql("""
                UPDATE payments SET status = 'EXECUTING', version = 2, cause = 'confirm', payment_key = '%s', attempts = 1,
                       first_attempt_at = now(), lease_until = now() WHERE id = '%s'""".formatted(key(order), id));
        return id;
    }

    static UUID approved(String order, int lines) {
        UUID id = executing(order, lines);
        sql(
                "UPDATE payments SET status = 'APPROVED', version = 3, cause = 'confirm', approved_at = now() WHERE id = '%s'"
                        .formatted(id));
        return id;
    }

    static String key(String order) {
        return "pay_" + order;
    }

    /** The request of a payment's line. */
    static SettlementRequested.Builder charged(String order, int lines, int line) {
        return SettlementRequested.newBuilder()
                .setSettlementId(NameBasedId.ofChargedLine("toss", key(order), Integer.toString(line))
                        .toString())
                .setKind(SettlementKind.PAYMENT)
                .setReferenceId(NameBasedId.ofPayment("default", order, 0).toString())
                .setReferenceParts(lines)
                .setLineId(Integer.toString(line))
                .setOrderId(order)
                .setWalletId("s" + line + ":KRW")
                .setSellerId("s" + line)
                .setCurrency("KRW")
                .setAmount(10_000)
                .setFee(500)
                .setExpectedVersion(null)
                .setPsp("toss")
                .setOccurredAt(EARLIER.plusSeconds(60))
                .setPart(line)
                .setMovedAt(EARLIER.plusSeconds(59))
                .setCreatedAt(EARLIER)
                .setPaymentId(NameBasedId.ofPayment("default", order, 0).toString())
                .setPaymentKey(key(order))
                .setTransactionKey(null);
    }

    /** The request of a refund of a payment's first line. */
    static SettlementRequested.Builder refunded(String order, String name, long amount, long fee, int minutesLater) {
        return charged(order, 1, 1)
                .setSettlementId(
                        NameBasedId.ofCanceledLine("toss", "tx_" + name, "1").toString())
                .setKind(SettlementKind.REFUND)
                .setReferenceId(NameBasedId.ofRefund("default", name).toString())
                .setAmount(amount)
                .setFee(fee)
                .setTransactionKey("tx_" + name)
                .setCreatedAt(EARLIER.plusSeconds(minutesLater * 60L + 100))
                .setMovedAt(EARLIER.plusSeconds(minutesLater * 60L + 110))
                .setOccurredAt(EARLIER.plusSeconds(minutesLater * 60L + 120));
    }

    static SettlementRequested.Builder payout(String name, long amount) {
        UUID id = NameBasedId.ofPayout("default", name);
        return charged("order-of-" + name, 1, 1)
                .setSettlementId(NameBasedId.ofPayoutSettlement("default", name).toString())
                .setKind(SettlementKind.PAYOUT)
                .setReferenceId(id.toString())
                .setLineId(id.toString())
                .setOrderId("")
                .setPsp("")
                .setAmount(amount)
                .setFee(0)
                .setExpectedVersion(7L)
                .setMovedAt(null)
                .setPaymentId(null)
                .setPaymentKey(null);
    }

    void publish(SettlementRequested.Builder request) {
        SettlementRequested built = request.build();
        send(Topics.SETTLEMENT_REQUESTS, built.getWalletId(), built, ofOutbox());
    }

    private static Headers ofOutbox() {
        Headers headers = new RecordHeaders();
        EventHeaders.add(headers, EventHeaders.CE_SOURCE, EventHeaders.SOURCE_OUTBOX);
        return headers;
    }

    /** Publishes a request that does not come from the outbox. */
    void forge(SettlementRequested.Builder builder) {
        SettlementRequested request = builder.build();
        send(Topics.SETTLEMENT_REQUESTS, request.getWalletId(), request, new RecordHeaders());
    }

    /** Publishes the entry of a request alone, as if the request were older than its topic. */
    void book(SettlementRequested.Builder builder) {
        SettlementRequested request = builder.build();
        boolean isPayout = request.getKind() == SettlementKind.PAYOUT;
        List<LedgerLine> lines = new ArrayList<>();
        lines.add(
                new LedgerLine(isPayout ? "platform:payouts" : "psp:toss:receivable", Side.DEBIT, request.getAmount()));
        if (request.getFee() > 0) {
            lines.add(new LedgerLine("platform:fees", Side.CREDIT, request.getFee()));
        }
        lines.add(new LedgerLine(
                "seller:" + request.getSellerId() + ":payable", Side.CREDIT, request.getAmount() - request.getFee()));
        send(
                Topics.LEDGER_ENTRIES,
                request.getWalletId(),
                LedgerEntry.newBuilder()
                        .setSettlementId(request.getSettlementId())
                        .setKind(request.getKind())
                        .setReferenceId(request.getReferenceId())
                        .setReferenceParts(request.getReferenceParts())
                        .setCurrency(request.getCurrency())
                        .setLines(lines)
                        .setWalletId(request.getWalletId())
                        .setBalanceAfter(0)
                        .setWalletVersion(1)
                        .setOccurredAt(request.getOccurredAt())
                        .setRecordedAt(request.getOccurredAt())
                        .setPart(request.getPart())
                        .build());
    }

    void complete(SettlementRequested.Builder request, Outcome outcome) {
        SettlementRequested built = request.build();
        send(
                Topics.SETTLEMENT_COMPLETIONS,
                built.getReferenceId(),
                SettlementCompleted.newBuilder()
                        .setReferenceId(built.getReferenceId())
                        .setKind(built.getKind())
                        .setOutcome(outcome)
                        .setRejection(outcome == Outcome.REJECTED ? Rejection.INSUFFICIENT_FUNDS : null)
                        .setParts(outcome == Outcome.REJECTED ? 0 : built.getReferenceParts())
                        .setCompletedAt(built.getOccurredAt().plusSeconds(1))
                        .setPosition(outcome == Outcome.REJECTED ? null : "0:17")
                        .build());
    }

    /** Publishes a request, and the dead letter that says that another request has its id. */
    void publishRefused(SettlementRequested.Builder request) throws Exception {
        SettlementRequested built = request.build();
        byte[] key = built.getWalletId().getBytes(StandardCharsets.UTF_8);
        byte[] value = bytes(Topics.SETTLEMENT_REQUESTS, built);
        var sent = producer.send(new ProducerRecord<>(Topics.SETTLEMENT_REQUESTS.name(), null, key, value, ofOutbox()))
                .get();
        ProducerRecord<byte[], byte[]> letter = DeadLetters.record(
                key,
                value,
                new RecordHeaders(),
                sent.topic(),
                sent.partition(),
                sent.offset(),
                sent.timestamp(),
                "wallet-processor",
                "decided for another reference");
        EventHeaders.add(letter.headers(), DeadLetters.CAUSE, "ID_CONFLICT");
        producer.send(letter).get();
    }

    /** Charges an order of 10,000 KRW at the PSP. */
    void charge(String order) {
        TestHttpClient.Response response = psp.post(
                "/v1/payments/confirm",
                "{\"paymentKey\":\"%s\",\"orderId\":\"%s\",\"amount\":10000}".formatted(key(order), order));
        if (response.status() != 200) {
            throw new IllegalStateException(response.toString());
        }
    }

    /** Cancels a part of an order's charge at the PSP. */
    void cancel(String order, long amount) {
        TestHttpClient.Response response = psp.post(
                "/v1/payments/" + key(order) + "/cancel",
                "{\"cancelReason\":\"test\",\"cancelAmount\":%d}".formatted(amount));
        if (response.status() != 200) {
            throw new IllegalStateException(response.toString());
        }
    }

    static <T extends SpecificRecord> byte[] bytes(Topic<T> topic, T value) {
        return SERDES.of(topic).serializer().serialize(topic.name(), value);
    }

    private <T extends SpecificRecord> void send(Topic<T> topic, String key, T value) {
        send(topic, key, value, new RecordHeaders());
    }

    private <T extends SpecificRecord> void send(Topic<T> topic, String key, T value, Headers headers) {
        byte[] keyBytes = key.getBytes(StandardCharsets.UTF_8);
        try {
            producer.send(new ProducerRecord<>(topic.name(), null, keyBytes, bytes(topic, value), headers))
                    .get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            producer.close();
            simulator.close();
            connect.stop(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
