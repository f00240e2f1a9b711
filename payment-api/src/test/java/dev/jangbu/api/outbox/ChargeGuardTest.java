package dev.jangbu.api.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.database.DatabaseClock;
import dev.jangbu.api.database.PaymentsDatabase;
import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.api.settings.TestSettings;
import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Instance;
import dev.jangbu.api.testbed.PspProxy;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.testsupport.TestHttpClient;
import dev.jangbu.testsupport.TestPostgres;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.r2dbc.spi.ConnectionFactories;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.springframework.boot.health.contributor.Status;
import org.springframework.r2dbc.core.DatabaseClient;

/** Nothing is charged that might not reach Kafka, by a new call, from the queue or by the recovery. */
class ChargeGuardTest {

    private static final Duration GRACE = Duration.ofSeconds(3);

    private static PaymentsDatabase database;

    /** Its own database, so that no other instance recovers its payments. It gets the shared one's replication slot. */
    @BeforeAll
    static void createDatabase() throws SQLException {
        database = PaymentsDatabase.create("charge_guard");
        Testbed.database().dropReplicationSlot();
        database.createReplicationSlot();
    }

    @AfterAll
    static void dropDatabase() throws SQLException {
        database.dropReplicationSlot();
        Testbed.database().createReplicationSlot();
        database.close();
        Testbed.awaitReady(Testbed.client());
    }

    @Test
    void chargesAreRefusedWhileNothingReadsTheSlotOrItIsGone() throws SQLException {
        try (Connection reader = slotReader();
                Instance instance = Testbed.anotherInstance(
                        "spring.r2dbc.url=r2dbc:postgresql://" + TestPostgres.address() + "/" + database.name(),
                        "spring.flyway.url=" + TestPostgres.url(database.name()),
                        "jangbu.replication-slot.inactive-grace=" + GRACE.toMillis() + "ms",
                        "jangbu.psp.timeout=2s")) {
            Client client = instance.client();
            TestHttpClient actuator = TestHttpClient.of(instance.managementPort());
            ChargeGuard guard = instance.bean(ChargeGuard.class);
            await().untilAsserted(() -> assertThat(guard.health().getStatus()).isEqualTo(Status.UP));
            TestOrder before = new TestOrder(client);
            String ready = before.create(1_000).is(201).id();
            TestOrder cut = new TestOrder(client);
            String unanswered = cut.create(1_000).is(201).id();

            reader.close();

            await().untilAsserted(() -> assertThat(guard.health().getStatus()).isEqualTo(Status.DOWN));
            await().untilAsserted(() -> assertThat(
                            actuator.get("/actuator/prometheus").body())
                    .containsPattern("jangbu_outbox_slot_inactive_seconds [1-9]"));
            // Within the grace: a charge whose answer is lost, so that only the recovery could send it again.
            Testbed.psp().cut(cut.tag());
            cut.confirm(unanswered, 1_000).is(202).of("UNKNOWN");
            await().until(() -> !guard.isHealthy());
            refused(before.confirm(ready, 1_000), "nothing has read the replication slot");
            Testbed.psp().restore(cut.tag());
            long calls = confirmations(cut);
            refused(new TestOrder(client).create(1_000), "nothing has read the replication slot");
            await().during(Duration.ofSeconds(5)).atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                assertThat(confirmations(cut)).isEqualTo(calls);
                cut.read(unanswered).of("UNKNOWN");
            });

            database.dropReplicationSlot();
            await().untilAsserted(() -> refused(before.confirm(ready, 1_000), "does not exist"));
            assertThat(actuator.get("/actuator/prometheus").body())
                    .doesNotContain("jangbu_outbox_wal_retained_bytes", "jangbu_outbox_slot_inactive_seconds");
            database.createReplicationSlot();
            try (Connection again = slotReader()) {
                assertThat(again.isClosed()).isFalse();
                await().untilAsserted(() -> before.confirm(ready, 1_000).is(200));
                await().untilAsserted(() -> cut.read(unanswered).of("APPROVED"));
            }
        }
    }

    @Test
    void chargesAreRefusedWhileTheClocksDiffer() {
        DatabaseClient client = DatabaseClient.create(ConnectionFactories.get("r2dbc:postgresql://jangbu_payment:"
                + TestPostgres.PASSWORD + "@" + TestPostgres.address() + "/" + database.name()));
        PaymentApiSettings settings = TestSettings.of(Map.of());
        for (Duration difference : new Duration[] {Duration.ofMinutes(2), Duration.ofMinutes(-2)}) {
            DatabaseClock clock =
                    new DatabaseClock(client, Clock.offset(Clock.systemUTC(), difference), new SimpleMeterRegistry());
            ChargeGuard guard = new ChargeGuard(client, clock, settings, new SimpleMeterRegistry());

            assertThatThrownBy(() -> guard.requireHealthy().block()).hasMessageContaining("clocks");

            assertThat(guard.isHealthy()).isFalse();
            assertThat(guard.health().getStatus()).isEqualTo(Status.DOWN);
            assertThat(clock.difference()).isCloseTo(difference.negated(), Duration.ofSeconds(10));
            assertThat(Duration.between(clock.instant(), Clock.systemUTC().instant())
                            .abs())
                    .isLessThan(Duration.ofSeconds(10));
        }
    }

    private static void refused(Reply reply, String reason) {
        assertThat(reply.is(503).get("detail")).contains(reason);
    }

    private static long confirmations(TestOrder order) {
        return Testbed.psp().calls(order.tag()).stream()
                .filter(PspProxy.Call::movesMoney)
                .count();
    }

    /** Reads the slot, as the connector does, until the connection is closed. */
    private static Connection slotReader() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "jangbu_cdc");
        properties.setProperty("password", TestPostgres.PASSWORD);
        properties.setProperty("replication", "database");
        properties.setProperty("preferQueryMode", "simple");
        properties.setProperty("assumeMinServerVersion", "9.4");
        Connection connection = DriverManager.getConnection(TestPostgres.url(database.name()), properties);
        connection
                .unwrap(PGConnection.class)
                .getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName("jangbu_outbox")
                .withSlotOption("proto_version", 1)
                .withSlotOption("publication_names", "jangbu_outbox")
                .start();
        return connection;
    }
}
