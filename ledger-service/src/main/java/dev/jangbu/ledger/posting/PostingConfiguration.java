package dev.jangbu.ledger.posting;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.Migrations;
import dev.jangbu.ledger.settings.LedgerSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires posting. Bean names are the names of the health components. */
@Configuration(proxyBeanMethods = false)
public class PostingConfiguration {

    @Bean
    PostingStatus postingStatus(Clock clock, MeterRegistry meters) {
        return new PostingStatus(clock, meters);
    }

    @Bean
    HealthIndicator posting(PostingStatus status) {
        return () -> PostingHealth.posting(status);
    }

    @Bean
    HealthIndicator books(PostingStatus status) {
        return () -> PostingHealth.books(status);
    }

    @Bean
    RecordSerdes serdes(LedgerSettings settings) {
        return new AvroSerdes(settings.registry());
    }

    @Bean
    PostingLoop postingLoop(
            LedgerSettings settings,
            Migrations migrations,
            Database database,
            RecordSerdes serdes,
            PostingStatus status,
            Clock clock,
            @Value("${server.port}") int port) {
        KafkaClients clients =
                new KafkaClients(settings.kafka(), settings.instanceName(port), settings.maxBatchEntries());
        return new PostingLoop(
                migrations,
                clients::consumer,
                clients::producer,
                serdes,
                new BookWriter(database.forPosting(), clock),
                settings.writerThreads(),
                status,
                clock);
    }
}
