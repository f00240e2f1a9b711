package dev.jangbu.operator.records;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RecordJsonTest {

    private static final LedgerPosted POSTED = LedgerPosted.newBuilder()
            .setSettlementId("0199aaaa-0000-7000-8000-000000000001")
            .setReferenceId("0199aaaa-0000-7000-8000-000000000002")
            .setReferenceParts(2)
            .setKind(SettlementKind.PAYMENT)
            .setBook(3)
            .setJournalNo(9_007_199_254_740_993L)
            .setHash(ByteBuffer.wrap(new byte[] {(byte) 0xAB, 0, 0x7F}))
            .setPostedAt(Instant.parse("2026-11-22T10:15:30.123Z"))
            .build();

    private final FixedIdSerdes serdes = new FixedIdSerdes();
    private final RecordJson records = new RecordJson(serdes);

    @Test
    void aRecordIsOneObjectWithItsPositionAndDecodedValue() {
        Headers headers = new RecordHeaders()
                .add("ce_type", text("dev.jangbu.ledger.posted"))
                .add("traceparent", null);

        ObjectNode json = records.of(record("ledger.postings", text("key-1"), posted(), headers));

        assertThat(json.toString())
                .isEqualTo("{\"topic\":\"ledger.postings\",\"partition\":2,\"offset\":17,"
                        + "\"timestamp\":\"2026-11-22T10:15:31Z\",\"key\":\"key-1\","
                        + "\"headers\":{\"ce_type\":\"dev.jangbu.ledger.posted\",\"traceparent\":null},"
                        + "\"value\":{\"settlementId\":\"0199aaaa-0000-7000-8000-000000000001\","
                        + "\"referenceId\":\"0199aaaa-0000-7000-8000-000000000002\",\"referenceParts\":2,"
                        + "\"kind\":\"PAYMENT\",\"book\":3,\"journalNo\":9007199254740993,\"hash\":\"ab007f\","
                        + "\"postedAt\":\"2026-11-22T10:15:30.123Z\"}}");
    }

    @Test
    void aNullableFieldIsNullOrItsBareValue() {
        SettlementRequested request = SettlementRequested.newBuilder()
                .setSettlementId("s")
                .setKind(SettlementKind.PAYOUT)
                .setReferenceId("r")
                .setReferenceParts(1)
                .setLineId("l")
                .setOrderId("")
                .setWalletId("seller-a:KRW")
                .setSellerId("seller-a")
                .setCurrency("KRW")
                .setAmount(3_000)
                .setFee(0)
                .setExpectedVersion(7L)
                .setPsp("")
                .setOccurredAt(Instant.EPOCH)
                .build();

        assertThat(AvroJson.of(request).get("expectedVersion").longValue()).isEqualTo(7);
        request.put("expectedVersion", null);
        assertThat(AvroJson.of(request).get("expectedVersion").isNull()).isTrue();
    }

    @Test
    void anUndecodableValueHasItsReasonAndFirstBytes() {
        ObjectNode json = records.of(record("ledger.entries", text("k"), text("{not avro}"), new RecordHeaders()));

        assertThat(json.at("/value/undecodable").asText()).isNotBlank();
        assertThat(json.at("/value/hex").asText()).isEqualTo("7b6e6f74206176726f7d");
    }

    @Test
    void aDeadLetterIsDecodedWithTheSchemaOfItsOriginalTopic() {
        Headers headers = new RecordHeaders().add("jangbu_dead_letter_topic", text("ledger.postings"));

        ObjectNode json = records.of(record("settlement.dead-letters", text("k"), posted(), headers));

        assertThat(json.at("/value/kind").asText()).isEqualTo("PAYMENT");
    }

    @Test
    void aValueWithoutSchemaAndABinaryKeyAreHexadecimal() {
        ObjectNode json =
                records.of(record("connect.offsets", new byte[] {(byte) 0xC3, 0x28}, text("x"), new RecordHeaders()));

        assertThat(json.get("key").asText()).isEqualTo("0xc328");
        assertThat(json.at("/value/hex").asText()).isEqualTo("78");
        assertThat(records.of(record("ledger.entries", null, null, new RecordHeaders()))
                        .get("value")
                        .isNull())
                .isTrue();
    }

    private byte[] posted() {
        return serdes.of(Topics.LEDGER_POSTINGS).serializer().serialize("ledger.postings", POSTED);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ConsumerRecord<byte[], byte[]> record(
            String topic, byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
        return new ConsumerRecord<>(
                topic,
                2,
                17,
                Instant.parse("2026-11-22T10:15:31Z").toEpochMilli(),
                TimestampType.CREATE_TIME,
                0,
                0,
                key,
                value,
                headers,
                Optional.empty());
    }
}
