package dev.jangbu.api.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.api.http.Problem;
import dev.jangbu.contract.ProblemCode;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;

class IdempotencyKeyTest {

    @Test
    void quotesAreStripped() {
        assertThat(key("\"8e03978e-40d5\"")).isEqualTo(key("8e03978e-40d5"));
        assertThat(key(" \"k\" ")).isEqualTo(key("k"));
        assertThat(key("\"a\\\"b\\\\c\"").text()).isEqualTo("a\"b\\c");
        assertThat(key("k;p=1,x\\y").text()).isEqualTo("k;p=1,x\\y");
        assertThat(key("\"" + "x".repeat(255) + "\"").text()).hasSize(255);
    }

    @Test
    void missingAndMalformedKeysAreRefused() {
        assertRefused(null, ProblemCode.IDEMPOTENCY_KEY_MISSING);
        assertRefused("  ", ProblemCode.IDEMPOTENCY_KEY_MISSING);
        assertRefused("two words", ProblemCode.MALFORMED_REQUEST);
        assertRefused("x".repeat(256), ProblemCode.MALFORMED_REQUEST);
        assertRefused("장부", ProblemCode.MALFORMED_REQUEST);
        for (String malformed : new String[] {
            "\"abc",
            "abc\"",
            "a\"b",
            "\"",
            "\"\"",
            "\"k\";p=1",
            "\"k\" ;p",
            "\"a\"b\"",
            "\"a\",\"b\"",
            "\"a\\b\"",
            "\"a\\\"",
            "\"two words\"",
            "\"" + "x".repeat(256) + "\""
        }) {
            assertRefused(malformed, ProblemCode.MALFORMED_REQUEST);
        }
        assertRefused("\"" + "\\\"".repeat(50_000) + "\"", ProblemCode.MALFORMED_REQUEST);
        assertRefused("\"" + "x".repeat(100_000), ProblemCode.MALFORMED_REQUEST);
    }

    @Test
    void theOrderOfFieldsDoesNotChangeTheFingerprint() {
        Map<String, Object> one = Map.of("a", 1, "b", 2);
        Map<String, Object> other = new TreeMap<>(Map.of("b", 2, "a", 1));

        assertThat(Fingerprint.of("confirm 1", one)).isEqualTo(Fingerprint.of("confirm 1", other));
        assertThat(Fingerprint.of("confirm 1", one)).isNotEqualTo(Fingerprint.of("confirm 2", one));
        assertThat(Fingerprint.of("confirm 1", one)).isNotEqualTo(Fingerprint.of("confirm 1", Map.of("a", 1, "b", 3)));
    }

    private static void assertRefused(@Nullable String header, ProblemCode code) {
        assertThatThrownBy(() -> key(header))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(code));
    }

    private static IdempotencyKey key(@Nullable String header) {
        HttpHeaders headers = new HttpHeaders();
        if (header != null) {
            headers.set("Idempotency-Key", header);
        }
        return IdempotencyKey.of(headers);
    }
}
