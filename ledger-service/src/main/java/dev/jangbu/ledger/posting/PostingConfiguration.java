package dev.jangbu.ledger.posting;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.Migrations;
import dev.jangbu.ledger.settings.LedgerSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.beans.factory.annotation.Value;
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
    PostingHealth posting(PostingStatus status) {
        return new PostingHealth(status);
    }

    @Bean
    BooksHealth books(PostingStatus status) {
        return new BooksHealth(status);
    }

    @Bean
    SchemaWarmUp schemaWarmUp(LedgerSettings settings) {
        return new RegistryWarmUp(new AvroSerdes(settings.registry()));
    }

    @Bean
    PostingLoop postingLoop(
            LedgerSettings settings,
            Migrations migrations,
            Database database,
            SchemaWarmUp schemas,
            PostingStatus status,
            Clock clock,
            @Value("${server.port}") int port) {
        KafkaClients clients =
                new KafkaClients(settings.kafka(), settings.instanceName(port), settings.maxBatchEntries());
        return new PostingLoop(
                migrations,
                clients::consumer,
                clients::producer,
                schemas,
                new BookWriter(database.forPosting(), clock),
                settings.writerThreads(),
                status,
                clock);
    }
}
