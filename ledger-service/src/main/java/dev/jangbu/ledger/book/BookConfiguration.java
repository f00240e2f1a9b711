package dev.jangbu.ledger.book;

import dev.jangbu.ledger.database.Database;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Wires the reads of the book. */
@Configuration(proxyBeanMethods = false)
@Import({LedgerController.class, Problems.class})
public class BookConfiguration {

    @Bean
    TrialBalance trialBalance(Database database, Clock clock) {
        return new TrialBalance(JdbcClient.create(database.forReading()), clock);
    }
}
