package dev.jangbu.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;

class PreferHeaderTest {

    @Test
    void aWaitIsParsedAmongOtherPreferencesAndLimited() {
        assertThat(waitOf("wait=5")).isEqualTo(5);
        assertThat(waitOf("respond-async, wait=10")).isEqualTo(10);
        assertThat(waitOf("return=minimal; x=1, Wait = \"7\"")).isEqualTo(7);
        assertThat(waitOf("wait=10; x=\"1,2\", wait=5")).isEqualTo(10);
        assertThat(waitOf("wait=0")).isZero();
    }

    @Test
    void aWaitBeyondTheLimitIsReducedToIt() {
        for (String wait : new String[] {"31", "3600", "99999999999999999999"}) {
            assertThat(waitOf("wait=" + wait)).isEqualTo(30);
            assertThat(preferOf("wait=" + wait).applied(false)).contains("wait=30");
        }
    }

    @Test
    void separatorsWithinQuotesBelongToTheirValue() {
        assertThat(waitOf("x=\"a, wait=5\", wait=7")).isEqualTo(7);
        assertThat(waitOf("x=\"a\\\", wait=5\"")).isEqualTo(-1);
        assertThat(preferOf("x=\", respond-async, \"").respondAsync()).isFalse();
        assertThat(preferOf("x=\", respond-async").respondAsync()).isFalse();
        assertThat(preferOf("x; y=\",\", respond-async").respondAsync()).isTrue();
    }

    @Test
    void longHeadersAreParsed() {
        for (String part : new String[] {"a", "\\\"", "x=\"y\",", ",", ";", "\"\"", "\\"}) {
            String large = part.repeat(50_000);
            assertThat(waitOf("x=\"" + part.replace("\"", "\\\"").repeat(50_000) + "\", wait=5"))
                    .isIn(5L, -1L);
            assertThat(waitOf("wait=6, " + large)).isEqualTo(6);
            preferOf(large);
        }
    }

    @Test
    void parametersAreNoPreferences() {
        assertThat(waitOf("x; wait=5")).isEqualTo(-1);
        assertThat(preferOf("x=1; respond-async").respondAsync()).isFalse();
    }

    @Test
    void severalHeadersAreOneList() {
        HttpHeaders headers = new HttpHeaders();
        headers.add("Prefer", "respond-async");
        headers.add("Prefer", "x=1, wait=8");
        headers.add("Prefer", "wait=9");

        assertThat(PreferHeader.of(headers)).isEqualTo(new PreferHeader(true, Optional.of(Duration.ofSeconds(8))));
    }

    @Test
    void invalidPreferencesAreIgnored() {
        assertThat(waitOf("wait=-1")).isEqualTo(-1);
        assertThat(waitOf("wait=soon")).isEqualTo(-1);
        assertThat(waitOf("await=5")).isEqualTo(-1);
        assertThat(waitOf("wait=٥")).isEqualTo(-1);
        assertThat(waitOf("wait")).isEqualTo(-1);
        assertThat(waitOf(",,")).isEqualTo(-1);
        assertThat(waitOf("=wait=5")).isEqualTo(-1);
        assertThat(waitOf("\"wait=5\", wait=6")).isEqualTo(6);
    }

    @Test
    void respondAsyncIsParsed() {
        assertThat(preferOf("respond-async").respondAsync()).isTrue();
        assertThat(preferOf("wait=10, Respond-Async").respondAsync()).isTrue();
        assertThat(preferOf("respond-asynchronously").respondAsync()).isFalse();
        assertThat(preferOf("respond-async, wait=10").applied(true)).contains("respond-async, wait=10");
        assertThat(preferOf("respond-async").applied(false)).isEmpty();
    }

    private static PreferHeader preferOf(String header) {
        HttpHeaders headers = new HttpHeaders();
        headers.set("Prefer", header);
        return PreferHeader.of(headers);
    }

    private static long waitOf(String header) {
        return preferOf(header).waitFor().map(Duration::toSeconds).orElse(-1L);
    }
}
