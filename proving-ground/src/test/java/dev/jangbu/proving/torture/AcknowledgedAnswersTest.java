package dev.jangbu.proving.torture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.torture.Call.Kind;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a repeated call may answer, and what a restore of the database excuses. */
class AcknowledgedAnswersTest {

    private final long begin = System.nanoTime();
    private final AcknowledgedAnswers answers = new AcknowledgedAnswers();

    @ParameterizedTest
    @CsvSource({
        // first answer, its status in the body | the answer after the restore
        "CREATE, 201, READY, 201, other, READY",
        "CREATE, 201, READY, 409, order-already-exists, ''",
        "CONFIRM, 200, APPROVED, 402, payment-declined, ''",
        "CONFIRM, 200, APPROVED, 409, payment-final, ''",
        "CONFIRM, 200, APPROVED, 200, other, APPROVED",
        "CANCEL, 200, COMPLETED, 409, payment-final, ''",
        "REFUND, 201, APPROVED, 201, other, APPROVED",
        "REFUND, 201, APPROVED, 422, refund-exceeds-payment, ''",
    })
    void aRestoreDoesNotExcuse(Kind kind, int first, String status, int then, String idOrCode, String statusThen) {
        answers.record(call(kind), System.nanoTime(), answer(first, "one", status));
        answers.mayBeLost(begin);

        answers.record(call(kind), System.nanoTime(), answer(then, idOrCode, statusThen));

        assertThat(answers.violations().count()).isPositive();
    }

    @ParameterizedTest
    @CsvSource({
        "CONFIRM, 402, payment-declined, '', 200, one, APPROVED",
        "CONFIRM, 200, one, APPROVED, 202, one, EXECUTING",
        "CONFIRM, 200, one, APPROVED, 409, payment-in-progress, ''",
        "CONFIRM, 200, one, APPROVED, 503, restored, ''",
        "CANCEL, 200, one, CANCELED, 409, payment-final, ''",
        "REFUND, 422, refund-exceeds-payment, '', 201, one, APPROVED",
        "REFUND, 201, one, APPROVED, 202, one, EXECUTING",
        "PAYOUT, 202, one, REQUESTED, 412, version-conflict, ''",
        "RESOLVE, 200, one, DECLINED, 409, not-in-review, ''",
    })
    void aRestoreExcuses(
            Kind kind, int first, String idOrCode, String status, int then, String idOrCodeThen, String statusThen) {
        answers.record(call(kind), System.nanoTime(), answer(first, idOrCode, status));
        answers.mayBeLost(begin);

        answers.record(call(kind), System.nanoTime(), answer(then, idOrCodeThen, statusThen));

        assertThat(answers.violations().first()).isEmpty();
    }

    @Test
    void anAnswerBeforeTheBackupIsNotExcused() {
        answers.record(call(Kind.CONFIRM), System.nanoTime(), answer(402, "payment-declined", ""));
        answers.mayBeLost(System.nanoTime());

        answers.record(call(Kind.CONFIRM), System.nanoTime(), answer(200, "one", "APPROVED"));

        assertThat(answers.violations().count()).isEqualTo(1);
    }

    @Test
    void theFirstFinalAnswerAfterTheRestoreEndsTheExcuse() {
        answers.record(call(Kind.CONFIRM), System.nanoTime(), answer(402, "payment-declined", ""));
        answers.mayBeLost(begin);
        assertThat(answers.hasFinalAnswer(call(Kind.CONFIRM))).isFalse();
        answers.record(call(Kind.CONFIRM), System.nanoTime(), answer(202, "one", "EXECUTING"));
        answers.record(call(Kind.CONFIRM), System.nanoTime(), answer(200, "one", "APPROVED"));
        assertThat(answers.hasFinalAnswer(call(Kind.CONFIRM))).isTrue();
        assertThat(answers.violations().first()).isEmpty();

        answers.record(call(Kind.CONFIRM), System.nanoTime(), answer(202, "one", "EXECUTING"));

        assertThat(answers.violations().count()).isEqualTo(1);
    }

    @Test
    void aRestoredRefundAnswersAnotherBodyButAPaymentDoesNot() {
        List<Kind> kinds = List.of(Kind.REFUND, Kind.CREATE);
        kinds.forEach(kind -> answers.record(call(kind), System.nanoTime(), answer(201, "one", "APPROVED")));
        answers.mayBeLost(begin);
        kinds.forEach(kind -> answers.record(call(kind), System.nanoTime(), answer(201, "one", "APPROVED")));

        answers.recordOtherBody(call(Kind.REFUND), answer(201, "one", "APPROVED"));
        assertThat(answers.violations().first()).isEmpty();
        answers.recordOtherBody(call(Kind.REFUND), answer(201, "two", "APPROVED"));
        answers.recordOtherBody(call(Kind.CREATE), answer(201, "one", "APPROVED"));

        assertThat(answers.violations().count()).isEqualTo(2);
    }

    private static Call call(Kind kind) {
        return new Call(kind, "/payments/one/x", "key-" + kind, "{}");
    }

    private static Response answer(int status, String idOrCode, String state) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        if (status < 400) {
            body.put("id", idOrCode).put("amount", 1_000).put("status", state);
        } else {
            body.put("code", idOrCode);
        }
        return new Response(status, HttpHeaders.of(Map.of(), (name, value) -> true), body);
    }
}
