package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.settlement.metrics.SettlementMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the service's beans. The topology does not depend on Spring. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SettlementSettings.class)
class SettlementConfiguration {

    /** EX_TEMPFAIL of sysexits.h. A supervisor restarts the process after any code. */
    private static final int RESTART_EXIT_CODE = 75;

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    SettlementMetrics settlementMetrics(MeterRegistry meters) {
        return new SettlementMetrics(meters);
    }

    @Bean
    @ConditionalOnMissingBean
    RecordSerdes serdes(SettlementSettings settings) {
        return new AvroSerdes(settings.registry());
    }

    /** Starts with the context and closes with it, after the web server has stopped. */
    @Bean(initMethod = "start", destroyMethod = "close")
    SettlementStreams settlementStreams(
            SettlementSettings settings,
            RecordSerdes serdes,
            SettlementMetrics metrics,
            MeterRegistry meters,
            Clock clock,
            ApplicationContext context) {
        return new SettlementStreams(settings, serdes, metrics, meters, clock, new SettlementStreams.Host() {
            @Override
            public void failed() {
                AvailabilityChangeEvent.publish(context, LivenessState.BROKEN);
            }

            @Override
            public void restart() {
                failed();
                // Closes the context in a hook, so not on a thread that the hook waits for.
                Thread.ofPlatform().name("restart").start(() -> System.exit(RESTART_EXIT_CODE));
            }
        });
    }

    /**
     * UP while requests are processed, OUT_OF_SERVICE while waiting or restoring, DOWN after a failure that needs an
     * operator.
     */
    @Bean
    HealthIndicator settlementHealthIndicator(SettlementStreams streams) {
        return () -> {
            SettlementStreams.Health health = streams.health();
            Status status =
                    switch (health.state()) {
                        case RUNNING -> Status.UP;
                        case WAITING, RESTORING -> Status.OUT_OF_SERVICE;
                        case FAILED, CLOSED -> Status.DOWN;
                    };
            return Health.status(status)
                    .withDetail("state", health.state())
                    .withDetail("detail", health.detail())
                    .build();
        };
    }
}
