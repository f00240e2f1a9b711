package dev.jangbu.api.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.util.unit.DataSize;

class PaymentApiSettingsTest {

    @Test
    void everySettingHasADefault() {
        PaymentApiSettings settings = TestSettings.of(Map.of());

        assertThat(settings.registry()).isEqualTo(URI.create("http://127.0.0.1:8084"));
        assertThat(settings.devApiKey()).isEmpty();
        assertThat(settings.expiryAfter()).isEqualTo(Duration.ofMinutes(30));
        assertThat(settings.rateLimit().isEnabled()).isFalse();
        assertThat(settings.replicationSlot().maxRetainedWal()).isEqualTo(DataSize.ofGigabytes(2));
        assertThat(settings.groupCommit().linger()).isEqualTo(Duration.ofMillis(10));
        assertThat(settings.lease()).isEqualTo(Duration.ofSeconds(15));
        assertThat(settings.recoveryLease()).isEqualTo(Duration.ofSeconds(45));
    }

    @Test
    void environmentVariablesOverrideDefaults() {
        PaymentApiSettings settings = TestSettings.of(Map.of(
                "JANGBU_STREAMS_URL", "http://streams:1",
                "JANGBU_LEDGER_URL", "http://ledger:2",
                "JANGBU_DEV_API_KEY", "key",
                "JANGBU_EXPIRYAFTER", "5m",
                "JANGBU_RATELIMIT_PERSECOND", "7",
                "JANGBU_REPLICATIONSLOT_MAXRETAINEDWAL", "1MB",
                "JANGBU_GROUPCOMMIT_MAXBATCH", "9",
                "JANGBU_RECOVERY_LEASEMARGIN", "2s",
                "JANGBU_PSP_CURRENCIES", "KRW, JPY",
                "JANGBU_PSP_TIMEOUT", "3s"));

        assertThat(settings.streamsUrl()).isEqualTo(URI.create("http://streams:1"));
        assertThat(settings.ledgerUrl()).isEqualTo(URI.create("http://ledger:2"));
        assertThat(settings.devApiKey()).isEqualTo("key");
        assertThat(settings.expiryAfter()).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.rateLimit().capacity()).isEqualTo(7);
        assertThat(settings.replicationSlot().maxRetainedWal()).isEqualTo(DataSize.ofMegabytes(1));
        assertThat(settings.groupCommit().maxBatch()).isEqualTo(9);
        assertThat(settings.psp().currencies()).containsExactly("KRW", "JPY");
        assertThat(settings.lease()).isEqualTo(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @CsvSource({
        "JANGBU_EXPIRYAFTER, 0s",
        "JANGBU_RATELIMIT_BURST, -1",
        "JANGBU_IDEMPOTENCY_KEPTFOR, 0s",
        "JANGBU_GROUPCOMMIT_LINGER, 2s",
        "JANGBU_GROUPCOMMIT_MAXBATCH, 0",
        "JANGBU_ASYNC_QUEUELIMIT, -1",
        "JANGBU_ASYNC_CONCURRENCY, 0",
        "JANGBU_RECOVERY_LEASEMARGIN, 100ms",
        "JANGBU_RECOVERY_MAXATTEMPTS, 0",
        "JANGBU_RECOVERY_CONCURRENCY, 0",
        "JANGBU_PSP_TIMEOUT, 0s",
        "JANGBU_PSP_CLOCKTOLERANCE, -1s",
        "JANGBU_PSP_KEYMEMORY, 10s",
        "JANGBU_PSP_CURRENCIES, DEM",
        "JANGBU_PSP_CURRENCIES, ''",
        "JANGBU_CORS_ORIGINS, shop.example",
        "JANGBU_CORS_ORIGINS, https://shop.example/",
        "JANGBU_LIMITS_BODYTIMEOUT, 0s",
        "JANGBU_LIMITS_MAXPAYMENTAMOUNT, 0",
        "JANGBU_LIMITS_MAXPAYMENTAMOUNT, 9007199254740992"
    })
    void valuesThatBreakAGuaranteeAreRejected(String variable, String value) {
        assertThatThrownBy(() -> TestSettings.of(Map.of(variable, value))).hasStackTraceContaining("must be");
    }

    @Test
    void theSecretsAreNotPrinted() {
        PaymentApiSettings settings =
                TestSettings.of(Map.of("JANGBU_PSP_SECRET", "hidden", "JANGBU_DEV_API_KEY", "hidden"));

        assertThat(settings.psp().secret()).isEqualTo("hidden");
        assertThat(settings.toString()).doesNotContain("hidden");
    }
}
