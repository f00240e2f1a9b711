package dev.jangbu.ledger.late;

import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.settings.LedgerSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Wires the replay of late settlements. */
@Configuration(proxyBeanMethods = false)
public class LateSettlementsConfiguration {

    @Bean
    LateSettlements lateSettlements(
            LedgerSettings settings, RecordSerdes serdes, Database database, MeterRegistry meters, Clock clock) {
        return new LateSettlements(
                settings, serdes, new LedgerJournals(JdbcClient.create(database.forReading())), meters, clock);
    }
}
