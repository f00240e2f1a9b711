package dev.jangbu.settlement.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.RegistryUnavailableException;
import dev.jangbu.settlement.state.LostStateException;
import dev.jangbu.testsupport.TemporaryFolder;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailurePolicyTest {

    private final List<Throwable> bugs = new ArrayList<>();
    private final List<Throwable> restarts = new ArrayList<>();

    @TempDir(factory = TemporaryFolder.class)
    Path directory;

    private FailurePolicy policy;

    @BeforeEach
    void create() {
        Clock clock = Clock.systemUTC();
        policy = new FailurePolicy(clock, new StateRecovery(directory, "app", clock), bugs::add, restarts::add);
    }

    @Test
    void anUnavailableRegistryIsRetried() {
        StreamsException failure = new StreamsException(new RegistryUnavailableException("unavailable", null));

        assertThat(policy.handle(failure)).isEqualTo(StreamThreadExceptionResponse.REPLACE_THREAD);
        assertThat(bugs).isEmpty();
    }

    @Test
    void anUnavailableBrokerIsRetried() {
        assertThat(policy.handle(new StreamsException(new TimeoutException("unavailable"))))
                .isEqualTo(StreamThreadExceptionResponse.REPLACE_THREAD);
        assertThat(bugs).isEmpty();
    }

    @Test
    void aBugStopsTheClientAndIsReported() {
        StreamsException failure = new StreamsException(new IllegalStateException("a bug"));

        assertThat(policy.handle(failure)).isEqualTo(StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
        assertThat(bugs).containsExactly(failure);
    }

    @Test
    void aMissingOffsetStopsTheClientAndNamesTheCommand() {
        StreamsException failure =
                new StreamsException(new NoOffsetForPartitionException(new TopicPartition("settlement.requests", 0)));

        assertThat(policy.handle(failure)).isEqualTo(StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
        assertThat(bugs)
                .singleElement(InstanceOfAssertFactories.THROWABLE)
                .isInstanceOf(LostStateException.class)
                .hasMessageContaining("settlement.requests-0")
                .hasMessageContaining("./jangbu restore wallets");
    }

    @Test
    void aStoppingServiceDoesNotRetry() {
        policy.close();

        assertThat(policy.handle(new TimeoutException("unavailable")))
                .isEqualTo(StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
        assertThat(bugs).isEmpty();
    }
}
