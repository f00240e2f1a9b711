package dev.jangbu.api.psp.toss;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.psp.PspCancel;
import dev.jangbu.api.psp.PspResult;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TossResponsesTest {

    private static final Instant APPROVED = Instant.parse("2026-11-24T05:59:07Z");

    @Test
    void aDonePaymentIsACharge() {
        assertThat(confirm(true, payment("DONE", "12.30", "USD")))
                .isEqualTo(
                        new PspResult.Charged("key-1", "order-1001", 1_230, "USD", APPROVED, "tx-0", false, List.of()));
        assertThat(confirm(true, payment("PARTIAL_CANCELED", "20000", "KRW")))
                .isEqualTo(
                        new PspResult.Charged("key-1", "order-1001", 20_000, "KRW", APPROVED, "tx-0", true, List.of()));
    }

    @Test
    void aPaymentNeedNotNameItsLastTransaction() {
        assertThat(confirm(true, payment("DONE", "1", "KRW").replace("\"tx-0\"", "null")))
                .isEqualTo(new PspResult.Charged("key-1", "order-1001", 1, "KRW", APPROVED, null, false, List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "\"\"", "\"2026-11-24T14:59:07\"", "\"yesterday\"", "1764000000"})
    void aChargeWithoutTheTimeOfItsApprovalIsUncertain(String approvedAt) {
        String body = payment("DONE", "1", "KRW").replace("\"2026-11-24T14:59:07+09:00\"", approvedAt);

        assertThat(confirm(true, body)).isInstanceOf(PspResult.Uncertain.class);
    }

    @Test
    void cancellationsHaveTransactionKeyAmountAndTime() {
        String body = """
                {"paymentKey":"key-1","orderId":"order-1001","status":"PARTIAL_CANCELED","totalAmount":12.30,"currency":"USD",
                 "approvedAt":"2026-11-24T14:59:07+09:00","lastTransactionKey":"tx-2",
                 "cancels":[{"transactionKey":"tx-1","cancelAmount":1.05,"canceledAt":"2026-11-24T15:00:00+09:00","cancelStatus":"DONE"},
                            {"transactionKey":"tx-2","cancelAmount":2,"cancelStatus":"IN_PROGRESS"}]}
                """;
        assertThat(TossResponses.parseCancel(200, body.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new PspResult.Charged(
                        "key-1",
                        "order-1001",
                        1_230,
                        "USD",
                        APPROVED,
                        "tx-2",
                        true,
                        List.of(new PspCancel("tx-1", 105, Instant.parse("2026-11-24T06:00:00Z")))));
    }

    @Test
    void onlyAFinalCodeRefusesACancellation() {
        assertThat(TossResponses.parseCancel(403, error("NOT_CANCELABLE_AMOUNT").getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new PspResult.Declined("NOT_CANCELABLE_AMOUNT"));
        assertThat(TossResponses.parseCancel(
                        403, error("ALREADY_CANCELED_PAYMENT").getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new PspResult.Declined("ALREADY_CANCELED_PAYMENT"));
        assertThat(TossResponses.parseCancel(400, error("FORBIDDEN_REQUEST").getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new PspResult.Rejected("FORBIDDEN_REQUEST"));
        assertThat(TossResponses.parseCancel(400, error("INVALID_REQUEST").getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new PspResult.Declined("INVALID_REQUEST"));
    }

    @Test
    void serverErrorsAndRefusedLookUpsAreUncertain() {
        byte[] decline = error("REJECT_CARD_PAYMENT").getBytes(StandardCharsets.UTF_8);

        assertThat(TossResponses.parseConfirm(500, decline)).isInstanceOf(PspResult.Uncertain.class);
        assertThat(TossResponses.parseLookUp(403, decline)).isInstanceOf(PspResult.Uncertain.class);
        assertThat(TossResponses.parseCancel(
                        502, error("NOT_CANCELABLE_PAYMENT").getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(PspResult.Uncertain.class);
    }

    @Test
    void abortedPaymentsAreDeclinedAndPendingOnesAreNot() {
        assertThat(confirm(true, payment("EXPIRED", "1", "KRW"))).isEqualTo(new PspResult.Declined("EXPIRED"));
        assertThat(confirm(true, payment("ABORTED", "1", "KRW"))).isEqualTo(new PspResult.Declined("ABORTED"));
        assertThat(confirm(true, payment("IN_PROGRESS", "1", "KRW"))).isInstanceOf(PspResult.InProgress.class);
    }

    @Test
    void errorsAreClassifiedByTheirCode() {
        assertThat(confirm(false, error("REJECT_CARD_PAYMENT")))
                .isEqualTo(new PspResult.Declined("REJECT_CARD_PAYMENT"));
        assertThat(confirm(false, error("NOT_FOUND_PAYMENT"))).isInstanceOf(PspResult.NotFound.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALREADY_PROCESSED_PAYMENT",
                "PROVIDER_ERROR",
                "CARD_PROCESSING_ERROR",
                "IDEMPOTENT_REQUEST_PROCESSING",
                "FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING",
                "UNKNOWN_PAYMENT_ERROR",
                "UNAUTHORIZED_KEY"
            })
    void aCodeThatAsksForAnotherTryIsUncertain(String code) {
        assertThat(confirm(false, error(code))).isEqualTo(new PspResult.Uncertain(code));
    }

    @Test
    void anUnknownCodeIsRejectedUnlessItsStatusPasses() {
        byte[] future = error("A_FUTURE_CODE").getBytes(StandardCharsets.UTF_8);

        assertThat(TossResponses.parseConfirm(400, future)).isEqualTo(new PspResult.Rejected("A_FUTURE_CODE"));
        assertThat(TossResponses.parseConfirm(403, future)).isEqualTo(new PspResult.Rejected("A_FUTURE_CODE"));
        for (int status : new int[] {401, 408, 409, 429, 500, 503}) {
            assertThat(TossResponses.parseConfirm(status, future)).isEqualTo(new PspResult.Uncertain("A_FUTURE_CODE"));
        }
        assertThat(TossResponses.parseConfirm(400, "{\"error\":1}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(PspResult.Uncertain.class);
        assertThat(TossResponses.parseConfirm(403, "<html>".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(PspResult.Uncertain.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>",
                "{}",
                "[]",
                "null",
                "{\"status\":\"DONE\"}",
                "{\"status\":\"DONE\",\"approvedAt\":\"2026-11-24T14:59:07+09:00\",\"paymentKey\":\"k\",\"orderId\":\"o\",\"totalAmount\":\"1\",\"currency\":\"KRW\"}",
                "{\"status\":\"DONE\",\"approvedAt\":\"2026-11-24T14:59:07+09:00\",\"paymentKey\":\"k\",\"orderId\":\"o\",\"totalAmount\":1.5,\"currency\":\"KRW\"}",
                "{\"status\":\"DONE\",\"approvedAt\":\"2026-11-24T14:59:07+09:00\",\"paymentKey\":\"k\",\"orderId\":\"o\",\"totalAmount\":1,\"currency\":\"XX\"}",
                "{\"status\":\"FUTURE_STATUS\"}"
            })
    void anUnreadableResponseIsUncertain(String body) {
        assertThat(TossResponses.parseConfirm(200, body.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(PspResult.Uncertain.class);
    }

    private static PspResult confirm(boolean success, String body) {
        return TossResponses.parseConfirm(success ? 200 : 400, body.getBytes(StandardCharsets.UTF_8));
    }

    private static String payment(String status, String amount, String currency) {
        return """
                {"paymentKey":"key-1","orderId":"order-1001","status":"%s","totalAmount":%s,"currency":"%s",
                 "approvedAt":"2026-11-24T14:59:07+09:00","lastTransactionKey":"tx-0","more":[]}
                """.formatted(status, amount, currency);
    }

    private static String error(String code) {
        return "{\"code\":\"%s\",\"message\":\"…\"}".formatted(code);
    }
}
