package dev.jangbu.ledger.database;

import dev.jangbu.ledger.settings.LedgerSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the connections and the migrations. */
@Configuration(proxyBeanMethods = false)
public class DatabaseConfiguration {

    @Bean
    Database database(LedgerSettings settings) {
        return new Database(settings.postgres(), Database.NAME, settings.ledgerPassword(), settings.writerThreads());
    }

    @Bean
    Migrations migrations(LedgerSettings settings) {
        return new Migrations(settings.postgres(), Database.NAME, settings.ownerPassword());
    }
}
