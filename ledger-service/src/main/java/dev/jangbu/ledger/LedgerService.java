package dev.jangbu.ledger;

import dev.jangbu.ledger.settings.LedgerSettings;

import dev.jangbu.ledger.query.QueryConfiguration;
import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.Migrations;
import dev.jangbu.ledger.posting.PostingConfiguration;
import java.time.Clock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * The ledger service: keeps the book.
 *
 * <pre>
 *   ledger.entries ──▶ posting ──▶ PostgreSQL jangbu_ledger (triggers judge)      one transaction per book and batch
 *                         └──────▶ ledger.postings + the group's offsets          one Kafka transaction per batch
 *   GET /ledger/…, /wallets/{sellerId}/entries ◀── book
 * </pre>
 *
 * <p>A book is one partition of {@code ledger.entries}: numbered without a gap, chained by hash, owned by one instance.
 * It may be read while posting waits for what is away; it is wrong never.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableConfigurationProperties(LedgerSettings.class)
@Import({PostingConfiguration.class, QueryConfiguration.class})
public class LedgerService {

    public static void main(String[] args) {
        SpringApplication.run(LedgerService.class, args);
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    Database database(LedgerSettings settings) {
        return new Database(settings.postgres(), settings.ledgerPassword(), settings.writerThreads());
    }

    @Bean
    Migrations migrations(LedgerSettings settings) {
        return new Migrations(settings.postgres(), settings.ownerPassword());
    }
}
