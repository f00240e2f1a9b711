package dev.jangbu.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;

class PreferHeaderTest {

    @Test
    void aWaitIsParsedAmongOtherPreferencesAndLimited() {
        assertThat(waitOf("wait=5")).isEqualTo(5);
        assertThat(waitOf("respond-async, wait=10")).isEqualTo(10);
        assertThat(waitOf("return=minimal; x=1, Wait = \"7\"")).isEqualTo(7);
        assertThat(waitOf("wait=3600")).isEqualTo(30);
    }

    @Test
    void invalidPreferencesAreIgnored() {
        assertThat(waitOf("wait=-1")).isEqualTo(-1);
        assertThat(waitOf("wait=soon")).isEqualTo(-1);
        assertThat(waitOf("await=5")).isEqualTo(-1);
        assertThat(waitOf("wait=99999999999999999999")).isEqualTo(-1);
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
