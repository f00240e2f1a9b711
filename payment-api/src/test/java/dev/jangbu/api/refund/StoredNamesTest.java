package dev.jangbu.api.refund;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.idempotency.Fingerprint;
import dev.jangbu.api.payment.PaymentLine;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** The JSON names of lines: statements read and write them, and stored fingerprints are computed from them. */
class StoredNamesTest {

    @Test
    void theFingerprintOfARefundHasTheNamesOfTheRequest() throws Exception {
        RefundRequest.Valid request = new RefundRequest.Valid(
                new RefundRequest.Requested.Lines(List.of(new RefundLine("1", 1_000, null))), "broken");
        String canonical =
                "refund\n{\"requested\":{\"lines\":[{\"lineId\":\"1\",\"amount\":1000,\"fee\":null}]},\"reason\":\"broken\"}";

        assertThat(Fingerprint.of("refund", request).sha256())
                .isEqualTo(MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void linesAreReadFromTheNamesOfTheStatements() {
        JsonMapper json = new JsonMapper();

        assertThat(json.readValue("{\"lineId\":\"1\",\"amount\":1000,\"fee\":100}", RefundLine.class))
                .isEqualTo(new RefundLine("1", 1_000, 100L));
        assertThat(json.readValue(
                        "{\"lineId\":\"1\",\"sellerId\":\"seller-a\",\"amount\":1000,\"fee\":100,"
                                + "\"refundedAmount\":500,\"reservedAmount\":200,\"refundedFee\":50}",
                        PaymentLine.class))
                .isEqualTo(new PaymentLine("1", "seller-a", 1_000, 100, 500, 200, 50));
    }

    @Test
    void newLinesAreWrittenWithTheNamesOfTheirColumns() {
        JsonMapper json = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();

        assertThat(json.valueToTree(new PaymentLine("1", "seller-a", 1_000, 100))
                        .properties())
                .extracting(member -> member.getKey() + "=" + member.getValue().asString())
                .contains("line_id=1", "seller_id=seller-a", "amount=1000", "fee=100");
    }
}
