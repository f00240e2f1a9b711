package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.settlement.SettlementMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
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

    @Bean
    @ConditionalOnMissingBean
    Schemas schemas(SettlementProperties properties) {
        return Schemas.of(new AvroSerdes(properties.registry()));
    }

    /** Started when the context is refreshed, closed when it is; the web server stops taking reads before. */
    @Bean(initMethod = "start", destroyMethod = "close")
    SettlementStreams settlementStreams(
            SettlementProperties properties,
            Schemas schemas,
            SettlementMetrics metrics,
            MeterRegistry meters,
            Clock clock,
            ApplicationContext context) {
        return new SettlementStreams(
                properties,
                schemas,
                metrics,
                meters,
                clock,
                () -> AvailabilityChangeEvent.publish(context, LivenessState.BROKEN));
    }

    @Bean
    HealthIndicator settlementHealthIndicator(SettlementStreams streams) {
        return new SettlementHealth(streams);
    }
}
