package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.Topics;
import dev.jangbu.settlement.SettlementMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.time.Clock;
import java.util.List;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The few beans; the topology itself knows nothing of Spring. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SettlementProperties.class)
class SettlementConfiguration {

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    SettlementMetrics settlementMetrics(MeterRegistry meters) {
        return new SettlementMetrics(meters);
    }

    /** Started when the context is refreshed, closed when it is; the web server stops taking reads before. */
    @Bean(initMethod = "start", destroyMethod = "close")
    SettlementStreams settlementStreams(
            SettlementProperties properties,
            SettlementMetrics metrics,
            MeterRegistry meters,
            Clock clock,
            ApplicationContext context) {
        AvroSerdes serdes = new AvroSerdes(properties.registry());
        // Bound for the life of the process, as the client is.
        return new SettlementStreams(
                properties,
                serdes,
                () -> resolveSchemas(serdes),
                metrics,
                clock,
                client -> new KafkaStreamsMetrics(client).bindTo(meters),
                () -> AvailabilityChangeEvent.publish(context, LivenessState.BROKEN));
    }

    @Bean
    HealthIndicator settlementHealthIndicator(SettlementStreams streams) {
        return new SettlementHealth(streams);
    }

    /** Before it is ready, so that no payment waits for the registry later. */
    private static void resolveSchemas(AvroSerdes serdes) {
        List.of(
                        Topics.SETTLEMENT_REQUESTS,
                        Topics.LEDGER_ENTRIES,
                        Topics.LEDGER_POSTINGS,
                        Topics.SETTLEMENT_COMPLETIONS)
                .forEach(serdes::warm);
    }
}
