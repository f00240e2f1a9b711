package dev.jangbu.api.continuity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.ConnectStub;
import dev.jangbu.api.testbed.Instance;
import dev.jangbu.api.testbed.PspCharges;
import dev.jangbu.api.testbed.PspProxy;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.contract.DatabaseMark;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.Topics;
import dev.jangbu.testsupport.TestBroker;
import dev.jangbu.testsupport.TestHttpClient;
import dev.jangbu.testsupport.TestPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.KafkaTemplate;

/** A payments database that goes back in time is noticed before anything is written to it. */
class RestoredDatabaseTest {

    private static final String STOP = "PUT /connectors/outbox/stop";
    private static final String RESUME = "PUT /connectors/outbox/resume";

    private static final TopicPartition REQUESTS = new TopicPartition(Topics.SETTLEMENT_REQUESTS.name(), 0);

    /** Several polls of the recovery. */
    private static final Duration SEVERAL_POLLS = Duration.ofSeconds(4);

    private static final ConnectStub CONNECT = new ConnectStub();
    private static Instance instance;
    private static Client client;

    @BeforeAll
    static void start() {
        instance = Testbed.anotherInstance(
                "jangbu.connect=" + CONNECT.url(), "jangbu.mark-interval=200ms", "jangbu.psp.timeout=5s");
        client = instance.client();
    }

    @AfterAll
    static void stop() throws ExecutionException, InterruptedException {
        // Its row in the outbox may not outlive other tests.
        try (Admin admin = TestBroker.admin()) {
            admin.deleteRecords(Map.of(REQUESTS, RecordsToDelete.beforeOffset(-1)))
                    .all()
                    .get();
        }
        instance.close();
        CONNECT.close();
        Testbed.awaitReady(Testbed.client());
    }

    @Test
    void aRestoredDatabaseIsReadOnlyUntilAnOperatorOpensIt()
            throws SQLException, ExecutionException, InterruptedException {
        String early = new TestOrder(client).create(1_000).is(201).id();
        TestOrder paying = new TestOrder(client);
        String executing = paying.create(1_000).is(201).id();
        PspProxy.Hold atThePsp = Testbed.psp().holdBefore(paying.tag());
        CompletableFuture<Reply> buyer =
                client.postAsync("/payments/" + executing + "/confirm", paying.confirmation(1_000), UUID.randomUUID());
        atThePsp.awaitArrival();
        Path backup = TestPostgres.backUpFiles();
        Testbed.psp().restore(paying.tag());
        buyer.join();
        await().untilAsserted(() -> paying.read(executing).is(200).of("APPROVED"));
        TestOrder lost = new TestOrder(client);
        String lostId = lost.create(1_000).is(201).id();
        lost.confirm(lostId, 1_000).is(200);
        awaitPublishedMark();
        int calls = Testbed.psp().calls(paying.tag()).size();

        TestPostgres.restoreFiles(backup);

        awaitClosed("before");
        for (Client each : new Client[] {client, Testbed.client()}) {
            each.post("/payments/" + early + "/cancel", "{\"reason\":\"x\"}").is(503);
            new TestOrder(each).create(1_000).is(503);
            each.get("/payments/" + early).is(200).of("READY");
            each.get("/payments/" + lostId).is(404);
        }
        TestHttpClient actuator = TestHttpClient.of(instance.managementPort());
        assertThat(actuator.get("/actuator/health/readiness").status()).isEqualTo(503);
        assertThat(actuator.get("/actuator/health/readiness").body()).contains("RESTORED");
        assertThat(actuator.get("/actuator/prometheus").body())
                .contains("jangbu_database_continuity{state=\"RESTORED\"} 1.0");
        assertThat(CONNECT.requests()).contains(STOP);
        assertThatThrownBy(() -> query("jangbu_cdc", "SELECT require_judged_server('0')"))
                .hasMessageContaining("has not opened");
        await().untilAsserted(() -> assertThat(instance.bean(KafkaListenerEndpointRegistry.class)
                        .getListenerContainer("completions")
                        .isRunning())
                .isFalse());
        // To the restored database the payment looks open, and its lease has run out.
        Testbed.database()
                .execute("UPDATE payments SET lease_until = now() - interval '1 second' WHERE id = '%s'"
                        .formatted(executing));
        await().during(SEVERAL_POLLS).untilAsserted(() -> {
            assertThat(Testbed.psp().calls(paying.tag())).hasSize(calls);
            paying.read(executing).of("EXECUTING");
        });

        open();

        await().untilAsserted(() -> paying.read(executing).of("APPROVED"));
        assertThat(PspCharges.matching(paying.tag())).hasSize(1);
        assertThat(CONNECT.requests()).contains(RESUME);
        query("jangbu_cdc", "SELECT require_judged_server()");
    }

    @Test
    void aRestoreIsNoticedAlsoWhenTheLogHasGrownPastTheMark()
            throws SQLException, ExecutionException, InterruptedException {
        TestPostgres.execute("ALTER ROLE jangbu_payment NOLOGIN");
        Path backup = TestPostgres.backUpFiles();
        TestPostgres.execute("ALTER ROLE jangbu_payment LOGIN");
        Testbed.awaitReady(client);
        long end = awaitPublishedMark();

        TestPostgres.restoreFiles(backup);
        while (number("SELECT lsn FROM server_position") <= end) {
            Testbed.database().execute("SELECT pg_logical_emit_message(true, 'test', 'x')");
            TestPostgres.execute("SELECT pg_switch_wal()");
        }
        TestPostgres.execute("ALTER ROLE jangbu_payment LOGIN");

        awaitClosed("is missing");
        open();
    }

    @Test
    void aFailoverWithoutLossStaysOpen() throws SQLException, ExecutionException, InterruptedException {
        TestOrder order = new TestOrder(client);
        String id = order.create(1_000).is(201).id();
        awaitPublishedMark();
        long timeline = number("SELECT timeline FROM server_position");

        TestPostgres.promote();

        assertThat(number("SELECT timeline FROM server_position")).isEqualTo(timeline + 1);
        Testbed.awaitReady(client);
        order.confirm(id, 1_000).is(200);
        awaitPublishedMark();
    }

    @Test
    void aCommitThatOnlyKafkaStillHasIsNoticed() throws SQLException, ExecutionException, InterruptedException {
        TestOrder order = new TestOrder(client);
        String id = order.create(1_000).is(201).id();
        order.confirm(id, 1_000).is(200);
        String request = text("SELECT id FROM outbox ORDER BY created_at DESC LIMIT 1");
        ProducerRecord<byte[], byte[]> published =
                new ProducerRecord<>(REQUESTS.topic(), REQUESTS.partition(), null, new byte[] {0});
        EventHeaders.headers(request, EventHeaders.TYPE_SETTLEMENT_REQUESTED, "/jangbu/payment-api", Instant.now())
                .forEach(published.headers()::add);
        kafka().send(published).get();
        Testbed.database().execute("""
                CREATE TABLE removed AS SELECT * FROM outbox WHERE id = '%1$s';
                DELETE FROM outbox WHERE id = '%1$s'""".formatted(request));

        TestPostgres.restart();

        awaitClosed("the outbox lacks the last request of 1 partitions");
        Testbed.database().execute("INSERT INTO outbox SELECT * FROM removed; DROP TABLE removed");
        Testbed.awaitReady(client);
        Testbed.awaitReady(Testbed.client());
    }

    @Test
    void aConnectorThatHasReadBeyondTheEndOfTheLogIsNoticed() throws SQLException {
        CONNECT.requests().clear();
        CONNECT.storeLsn(number("SELECT lsn FROM server_position") + 1_000_000_000);

        TestPostgres.restart();

        awaitClosed("the outbox connector has read up to");
        CONNECT.storeLsn(0);
        await().until(() -> CONNECT.requests().contains(RESUME));
        Testbed.awaitReady(client);
    }

    @Test
    void aConnectorThatHasReadBeyondTheEndOfTheLogIsNoticedWithoutARestart() throws SQLException {
        CONNECT.storeLsn(number("SELECT lsn FROM server_position") + 1_000_000_000);

        awaitClosed("the outbox connector has read up to");
        CONNECT.storeLsn(0);
        Testbed.awaitReady(client);
    }

    private static void awaitClosed(String reason) {
        await().untilAsserted(() -> {
            Reply refusal = new TestOrder(client).create(1_000).is(503);
            assertThat(refusal.get("code")).isEqualTo("restored");
            assertThat(refusal.get("detail")).contains(reason);
            assertThat(refusal.header("Retry-After")).isNotBlank();
        });
    }

    /** What {@code docs/restore.md} says. */
    private static void open() throws SQLException, ExecutionException, InterruptedException {
        MarkTopic topic = instance.bean(MarkTopic.class);
        DatabaseMark last = Objects.requireNonNull(topic.read("jangbu_payment").newest());
        DatabaseMark mark;
        try (Connection maintenance = Testbed.database().as("jangbu_maintenance");
                Statement statement = maintenance.createStatement();
                ResultSet row = statement.executeQuery("""
                        WITH opened AS (
                            INSERT INTO marks (sequence, epoch)
                            SELECT greatest(%d, max(sequence)) + 1, greatest(%d, max(epoch)) + 1 FROM marks
                            RETURNING *
                        )
                        SELECT * FROM opened, server_position
                        """.formatted(last.getSequence(), last.getEpoch()))) {
            row.next();
            mark = DatabaseMark.newBuilder()
                    .setDatabase(row.getString("database"))
                    .setSystemIdentifier(row.getLong("system_identifier"))
                    .setTimeline(row.getInt("timeline"))
                    .setLsn(row.getLong("lsn"))
                    .setEpoch(row.getLong("epoch"))
                    .setSequence(row.getLong("sequence"))
                    .setNonce(row.getString("nonce"))
                    .setWrittenAt(row.getTimestamp("written_at").toInstant())
                    .build();
        }
        topic.publish(mark).get();
        Testbed.awaitReady(client);
        Testbed.awaitReady(Testbed.client());
    }

    /** Waits until Kafka has a mark of this moment; returns its WAL position. */
    private static long awaitPublishedMark() throws SQLException {
        long now = number("SELECT max(sequence) FROM marks");
        await().until(() -> number("SELECT max(acknowledged) FROM marks") > now);
        return Objects.requireNonNull(
                        instance.bean(MarkTopic.class).read("jangbu_payment").newest())
                .getLsn();
    }

    @SuppressWarnings("unchecked")
    private static KafkaTemplate<byte[], byte[]> kafka() {
        return instance.bean("kafkaTemplate", KafkaTemplate.class);
    }

    private static long number(String query) throws SQLException {
        return Long.parseLong(text(query));
    }

    private static String text(String query) throws SQLException {
        return query(TestPostgres.SUPERUSER, query);
    }

    private static String query(String role, String query) throws SQLException {
        try (Connection connection = Testbed.database().as(role);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }
}
