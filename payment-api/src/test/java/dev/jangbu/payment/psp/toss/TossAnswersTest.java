package dev.jangbu.payment.psp.toss;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.payment.psp.PspAnswer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TossAnswersTest {

    @Test
    void aDonePaymentIsACharge() {
        assertThat(read(true, payment("DONE", "12.30", "USD")))
                .isEqualTo(new PspAnswer.Charged("key-1", "order-1001", 1_230, "USD", false));
        assertThat(read(true, payment("PARTIAL_CANCELED", "20000", "KRW")))
                .isEqualTo(new PspAnswer.Charged("key-1", "order-1001", 20_000, "KRW", true));
    }

    @Test
    void whatTossGaveUpIsDeclinedAndWhatItIsAtIsNot() {
        assertThat(read(true, payment("EXPIRED", "1", "KRW"))).isEqualTo(new PspAnswer.Declined("EXPIRED"));
        assertThat(read(true, payment("ABORTED", "1", "KRW"))).isEqualTo(new PspAnswer.Declined("ABORTED"));
        assertThat(read(true, payment("IN_PROGRESS", "1", "KRW"))).isInstanceOf(PspAnswer.InProgress.class);
    }

    @Test
    void errorsAreToldApartByTheirCode() {
        assertThat(read(false, error("REJECT_CARD_PAYMENT"))).isEqualTo(new PspAnswer.Declined("REJECT_CARD_PAYMENT"));
        assertThat(read(false, error("NOT_FOUND_PAYMENT"))).isInstanceOf(PspAnswer.NotFound.class);
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
                "UNAUTHORIZED_KEY",
                "A_CODE_OF_TOMORROW"
            })
    void aCodeThatSettlesNothingIsNeverADecline(String code) {
        assertThat(read(false, error(code))).isEqualTo(new PspAnswer.Uncertain(code));
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
                "{\"status\":\"DONE\",\"paymentKey\":\"k\",\"orderId\":\"o\",\"totalAmount\":\"1\",\"currency\":\"KRW\"}",
                "{\"status\":\"DONE\",\"paymentKey\":\"k\",\"orderId\":\"o\",\"totalAmount\":1.5,\"currency\":\"KRW\"}",
                "{\"status\":\"DONE\",\"paymentKey\":\"k\",\"orderId\":\"o\",\"totalAmount\":1,\"currency\":\"XX\"}",
                "{\"status\":\"TOMORROW\"}"
            })
    void anAnswerThatCannotBeReadIsUncertain(String body) {
        assertThat(TossAnswers.read(true, body.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(PspAnswer.Uncertain.class);
    }

    private static PspAnswer read(boolean success, String body) {
        return TossAnswers.read(success, body.getBytes(StandardCharsets.UTF_8));
    }

    private static String payment(String status, String amount, String currency) {
        return """
                {"paymentKey":"key-1","orderId":"order-1001","status":"%s","totalAmount":%s,"currency":"%s","more":[]}
                """.formatted(status, amount, currency);
    }

    private static String error(String code) {
        return "{\"code\":\"%s\",\"message\":\"…\"}".formatted(code);
    }
}
