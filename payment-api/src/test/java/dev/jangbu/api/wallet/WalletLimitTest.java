package dev.jangbu.api.wallet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.settings.TestSettings;
import dev.jangbu.api.testbed.WalletServer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.web.reactive.function.client.WebClient;

class WalletLimitTest {

    private static final long LIMIT = WalletLimit.MAX_BALANCE_MINOR;

    private final WalletServer server = new WalletServer();
    private final MovableClock clock = new MovableClock();
    private final WalletLimit limit = new WalletLimit(
            new WalletClient(
                    WebClient.builder(),
                    TestSettings.of(Map.of("JANGBU_STREAMS_URL", server.url().toString()))),
            clock);

    private static final class MovableClock extends Clock {
        private volatile Instant now = Instant.parse("2026-11-24T12:00:00Z");

        void forward(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aCreditUpToTheLimitIsAdmitted() {
        server.balance("seller", LIMIT - 900);

        assertThat(admits("seller", 900)).isTrue();
        assertThat(admits("seller", 901)).isFalse();
        server.balance("beyond", Long.MAX_VALUE);
        assertThat(admits("beyond", 1)).isFalse();
        server.balance("indebted", Long.MIN_VALUE);
        assertThat(admits("indebted", 900)).isTrue();
    }

    @Test
    void aDebtBeyondTheLimitIsRefused() {
        server.balance("seller", 900 - LIMIT);

        assertThat(admitsDebit("seller", 901)).isFalse();
        assertThat(admitsDebit("seller", 500)).isTrue();
        // The debits since the read count.
        assertThat(admitsDebit("seller", 401)).isFalse();
        assertThat(admitsDebit("seller", 400)).isTrue();
        clock.forward(Duration.ofMinutes(1));
        assertThat(admitsDebit("seller", 900)).isTrue();
        server.balance("indebted", Long.MIN_VALUE);
        assertThat(admitsDebit("indebted", 1)).isFalse();
        server.balance("rich", Long.MAX_VALUE);
        assertThat(admitsDebit("rich", LIMIT)).isTrue();
    }

    @Test
    void everySellerOfThePaymentIsChecked() {
        server.balance("full", LIMIT);

        assertThat(limit.admits(new Credits("KRW", Map.of("empty", 1L, "full", 1L)))
                        .block())
                .isFalse();
        assertThat(limit.admits(new Credits("KRW", Map.of("empty", 1L, "full", 0L)))
                        .block())
                .isTrue();
    }

    @Test
    void creditsSinceTheReadCount() {
        server.balance("seller", LIMIT - 900);
        assertThat(admits("seller", 900)).isTrue();

        limit.count(new Credits("KRW", Map.of("seller", 500L)));

        assertThat(admits("seller", 400)).isTrue();
        assertThat(admits("seller", 401)).isFalse();
        // The next read includes them.
        clock.forward(Duration.ofMinutes(1));
        assertThat(admits("seller", 900)).isTrue();
    }

    @Test
    void aRecentBalanceCostsNoRead() {
        assertThat(admits("seller", 1)).isTrue();
        clock.forward(Duration.ofSeconds(29));
        assertThat(admits("seller", 1)).isTrue();
        assertThat(limit.admits(new Credits("USD", Map.of("seller", 1L))).block())
                .isTrue();

        assertThat(server.reads("seller")).isEqualTo(2);
    }

    @Test
    void anAgeingBalanceIsReadAgainInTheBackground() {
        assertThat(admits("seller", 1)).isTrue();
        server.balance("seller", LIMIT);
        clock.forward(Duration.ofSeconds(30));

        // By the balance of 30 seconds ago.
        assertThat(admits("seller", 1)).isTrue();

        await().until(() -> !limit.isWithin(new Credits("KRW", Map.of("seller", 1L))));
        assertThat(server.reads("seller")).isEqualTo(2);
    }

    @Test
    void aBalanceOfMoreThanAMinuteAgoIsReadFirst() {
        assertThat(admits("seller", 1)).isTrue();
        server.balance("seller", LIMIT);
        clock.forward(Duration.ofMinutes(1));

        assertThat(admits("seller", 1)).isFalse();
    }

    @Test
    void anUnreadableWalletDoesNotBlockPayments() {
        server.restoring(true);

        assertThat(admits("seller", 1_000_000_000_000_000L)).isTrue();
        // The last known balance, whatever its age, and all that was admitted since.
        server.restoring(false);
        clock.forward(Duration.ofSeconds(5));
        server.balance("other", LIMIT - 900);
        assertThat(admits("other", 900)).isTrue();
        limit.count(new Credits("KRW", Map.of("other", 500L)));
        server.restoring(true);
        clock.forward(Duration.ofHours(1));
        assertThat(admits("other", 400)).isTrue();
        assertThat(admits("other", 401)).isFalse();
    }

    @Test
    void afterAFailedReadNoCallWaitsForAnotherForFiveSeconds() {
        server.restoring(true);
        assertThat(admits("seller", 1)).isTrue();
        clock.forward(Duration.ofSeconds(4));
        assertThat(admits("seller", 1)).isTrue();
        assertThat(admits("other", 1)).isTrue();
        assertThat(server.reads("seller") + server.reads("other")).isEqualTo(1);

        clock.forward(Duration.ofSeconds(1));
        assertThat(admits("other", 1)).isTrue();
        assertThat(server.reads("other")).isEqualTo(1);
    }

    private boolean admitsDebit(String seller, long debitMinor) {
        limit.refresh(List.of(seller), "KRW").block();
        return limit.admitsDebits(new Credits("KRW", Map.of(seller, debitMinor)));
    }

    private Boolean admits(String seller, long creditMinor) {
        return limit.admits(new Credits("KRW", Map.of(seller, creditMinor))).block();
    }
}
