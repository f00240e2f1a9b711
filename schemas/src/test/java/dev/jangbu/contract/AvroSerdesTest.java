package dev.jangbu.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.testsupport.TestRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The serdes with a real registry. */
class AvroSerdesTest {

    /** Longer than in production, because a registry on a slow machine takes seconds for its first answers. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final SettlementCompleted COMPLETED = SettlementCompleted.newBuilder()
            .setReferenceId("0199c0de-0000-7000-8000-000000000001")
            .setKind(SettlementKind.PAYOUT)
            .setOutcome(Outcome.REJECTED)
            .setRejection(Rejection.INSUFFICIENT_FUNDS)
            .setParts(0)
            .setCompletedAt(Instant.parse("2026-11-22T01:02:03.004Z"))
            .build();

    private static TestRegistry registry;
    private static URI url;

    @BeforeAll
    static void startRegistry() {
        registry = new TestRegistry();
        url = registry.awaitReady().url();
        Provision.schemas(url);
    }

    @AfterAll
    static void stop() {
        registry.close();
    }

    @Test
    void everySchemaResolvesAndTheBytesAreInConfluentsWireFormat() {
        AvroSerdes serdes = new AvroSerdes(url, PATIENCE);
        serdes.warm(Topics.SETTLEMENT_REQUESTS);
        serdes.warm(Topics.LEDGER_ENTRIES);
        serdes.warm(Topics.LEDGER_POSTINGS);
        Serde<SettlementCompleted> serde = serdes.warm(Topics.SETTLEMENT_COMPLETIONS);

        byte[] bytes = bytes(serde, Topics.SETTLEMENT_COMPLETIONS, COMPLETED);

        assertThat(bytes[0]).isZero();
        assertThat(ByteBuffer.wrap(bytes).getInt(1)).isPositive();
        assertThat(read(serde, Topics.SETTLEMENT_COMPLETIONS, bytes)).isEqualTo(COMPLETED);
    }

    @Test
    void provisioningAgainChangesNothing() {
        Provision.schemas(url);
    }

    @Test
    void theRegistryRefusesAChangeThatBreaksReaders() {
        Schema breaking = new Schema.Parser()
                .parse(Topics.SETTLEMENT_COMPLETIONS
                        .schema()
                        .toString()
                        .replace("\"fields\":[", "\"fields\":[{\"name\":\"note\",\"type\":\"string\"},"));
        RegistryApi api = new RegistryApi(SerdeLibrary.detect().confluentApi(url), PATIENCE);

        assertThatThrownBy(() -> api.register(Topics.SETTLEMENT_COMPLETIONS.subject(), breaking))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("409");
    }

    @Test
    void aWarmedSerdeWorksWithoutTheRegistry() {
        try (TestRegistry stopping = new TestRegistry()) {
            Provision.schemas(stopping.awaitReady().url());
            Serde<SettlementCompleted> serde =
                    new AvroSerdes(stopping.url(), PATIENCE).warm(Topics.SETTLEMENT_COMPLETIONS);
            stopping.close();

            byte[] bytes = bytes(serde, Topics.SETTLEMENT_COMPLETIONS, COMPLETED);

            assertThat(read(serde, Topics.SETTLEMENT_COMPLETIONS, bytes)).isEqualTo(COMPLETED);
        }
    }

    @Test
    void undecodableValuesArePoison() {
        AvroSerdes serdes = new AvroSerdes(url, PATIENCE);
        Serde<SettlementCompleted> serde = serdes.of(Topics.SETTLEMENT_COMPLETIONS);
        byte[] valid = bytes(serde, Topics.SETTLEMENT_COMPLETIONS, COMPLETED);
        LedgerPosted posted = BlankRecords.of(Topics.LEDGER_POSTINGS);

        assertPoison(serde, null, "no value");
        assertPoison(serde, new byte[] {0, 0, 1}, "3 bytes");
        assertPoison(serde, "{\"json\": true}".getBytes(StandardCharsets.UTF_8), "begins with byte 123");
        assertPoison(serde, new byte[] {0, 0x7f, 0, 0, 1, 2, 3}, "no schema of id");
        assertPoison(serde, Arrays.copyOf(valid, valid.length - 3), "don't decode");
        assertPoison(serde, bytes(serdes.of(Topics.LEDGER_POSTINGS), Topics.LEDGER_POSTINGS, posted), "LedgerPosted");
    }

    @Test
    void anUnavailableRegistryIsNotPoison() {
        Serde<SettlementCompleted> withoutRegistry =
                new AvroSerdes(URI.create("http://127.0.0.1:1")).of(Topics.SETTLEMENT_COMPLETIONS);
        byte[] valid = bytes(
                new AvroSerdes(url, PATIENCE).of(Topics.SETTLEMENT_COMPLETIONS),
                Topics.SETTLEMENT_COMPLETIONS,
                COMPLETED);

        assertThatThrownBy(() -> read(withoutRegistry, Topics.SETTLEMENT_COMPLETIONS, valid))
                .isInstanceOf(RegistryUnavailableException.class);
    }

    @Test
    @Timeout(120)
    void aRegistryThatAcceptsARequestAndNeverAnswersTimesOut() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            AvroSerdes serdes =
                    new AvroSerdes(URI.create("http://127.0.0.1:" + silent.getLocalPort()), Duration.ofMillis(200));
            Serde<SettlementCompleted> serde = serdes.of(Topics.SETTLEMENT_COMPLETIONS);
            byte[] valid = bytes(
                    new AvroSerdes(url, PATIENCE).of(Topics.SETTLEMENT_COMPLETIONS),
                    Topics.SETTLEMENT_COMPLETIONS,
                    COMPLETED);

            assertThatThrownBy(() -> serdes.warm(Topics.SETTLEMENT_COMPLETIONS))
                    .isInstanceOf(RegistryUnavailableException.class);
            assertThatThrownBy(() -> bytes(serde, Topics.SETTLEMENT_COMPLETIONS, COMPLETED))
                    .hasStackTraceContaining("no answer within 200 ms");
            assertThatThrownBy(() -> read(serde, Topics.SETTLEMENT_COMPLETIONS, valid))
                    .isInstanceOf(RegistryUnavailableException.class);
        }
    }

    @Test
    void anUnregisteredSchemaIsNotRegisteredByTheSerde() {
        Topic<SettlementCompleted> unknown =
                new Topic<>("unknown", "nothing", SettlementCompleted.class, true, java.util.Map.of());

        assertThatThrownBy(() -> new AvroSerdes(url, PATIENCE).warm(unknown))
                .isInstanceOf(RegistryUnavailableException.class);
    }

    private static void assertPoison(Serde<SettlementCompleted> serde, byte[] bytes, String reason) {
        assertThatThrownBy(() -> read(serde, Topics.SETTLEMENT_COMPLETIONS, bytes))
                .isInstanceOf(PoisonRecordException.class)
                .hasMessageContaining(reason);
    }

    private static <T extends SpecificRecord> byte[] bytes(Serde<T> serde, Topic<T> topic, T value) {
        return serde.serializer().serialize(topic.name(), value);
    }

    private static <T extends SpecificRecord> T read(Serde<T> serde, Topic<T> topic, byte[] bytes) {
        return serde.deserializer().deserialize(topic.name(), bytes);
    }
}
