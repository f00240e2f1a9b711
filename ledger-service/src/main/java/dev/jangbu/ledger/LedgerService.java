package dev.jangbu.ledger;

import dev.jangbu.ledger.database.DatabaseConfiguration;
import dev.jangbu.ledger.late.LateSettlementsConfiguration;
import dev.jangbu.ledger.posting.PostingConfiguration;
import dev.jangbu.ledger.query.QueryConfiguration;
import dev.jangbu.ledger.settings.LedgerSettings;
import java.time.Clock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * The ledger service: posts entries from Kafka as double-entry journals in PostgreSQL, and serves reads of them.
 *
 * <pre>
 *   ledger.entries ──▶ posting ──▶ PostgreSQL jangbu_ledger (checked by triggers)  one transaction per book and batch
 *                         └──────▶ ledger.postings + the group's offsets           one Kafka transaction per batch
 *   settlement.dead-letters ──▶ late: requests beyond the deduplication horizon, proved absent ──▶ settlement.requests
 *   GET /ledger/…, /wallets/{sellerId}/entries ◀── query
 * </pre>
 *
 * <p>A book is one partition of {@code ledger.entries}. Its journals are numbered without a gap and chained by hash.
 * One instance writes to it at a time. Reads work while posting waits for Kafka or the registry.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableConfigurationProperties(LedgerSettings.class)
@Import({
    DatabaseConfiguration.class,
    PostingConfiguration.class,
    LateSettlementsConfiguration.class,
    QueryConfiguration.class
})
public class LedgerService {

    public static void main(String[] args) {
        SpringApplication.run(LedgerService.class, args);
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
