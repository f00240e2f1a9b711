package dev.jangbu.api.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.api.http.Problem;
import dev.jangbu.api.settings.PaymentApiSettings;
import dev.jangbu.contract.ProblemCode;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RateLimiterTest {

    private final UUID key = UUID.randomUUID();
    private final Time time = new Time();

    @Test
    void withoutALimitEveryCallPasses() {
        RateLimiter limiter = new RateLimiter(new PaymentApiSettings.RateLimit(0, 0), time);

        assertThat(passing(limiter, key, 100_000)).isEqualTo(100_000);
    }

    @Test
    void eachKeyHasItsOwnLimit() {
        RateLimiter limiter = new RateLimiter(new PaymentApiSettings.RateLimit(5, 0), time);

        assertThat(passing(limiter, key, 20)).isEqualTo(5);
        assertThat(passing(limiter, UUID.randomUUID(), 20)).isEqualTo(5);

        time.pass(Duration.ofMillis(400));
        assertThat(passing(limiter, key, 20)).isEqualTo(2);
        time.pass(Duration.ofHours(1));
        assertThat(passing(limiter, key, 20)).isEqualTo(5);
    }

    @Test
    void aBurstMayExceedTheRate() {
        RateLimiter limiter = new RateLimiter(new PaymentApiSettings.RateLimit(5, 50), time);

        assertThat(passing(limiter, key, 100)).isEqualTo(50);
        time.pass(Duration.ofSeconds(2));
        assertThat(passing(limiter, key, 100)).isEqualTo(10);
    }

    @Test
    void aRefusalStatesWhenToRetry() {
        RateLimiter limiter = new RateLimiter(new PaymentApiSettings.RateLimit(1, 3), time);
        assertThat(passing(limiter, key, 3)).isEqualTo(3);

        assertThatThrownBy(() -> limiter.acquire(key)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.code()).isEqualTo(ProblemCode.TOO_MANY_REQUESTS);
            assertThat(problem.code().status()).isEqualTo(429);
            time.pass(Duration.ofSeconds(problem.retryAfterSeconds()));
        });
        assertThatCode(() -> limiter.acquire(key)).doesNotThrowAnyException();
    }

    private static long passing(RateLimiter limiter, UUID key, int calls) {
        return IntStream.range(0, calls)
                .filter(i -> {
                    try {
                        limiter.acquire(key);
                        return true;
                    } catch (Problem e) {
                        return false;
                    }
                })
                .count();
    }

    private static final class Time implements TimeMeter {

        private long nanos = 1;

        void pass(Duration duration) {
            nanos += duration.toNanos();
        }

        @Override
        public long currentTimeNanos() {
            return nanos;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
