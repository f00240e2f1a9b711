package dev.jangbu.ledger.query;

import dev.jangbu.ledger.database.Database;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Wires the reads of the ledger. */
@Configuration(proxyBeanMethods = false)
@Import({
    Accounts.class,
    AccountLines.class,
    Finality.class,
    Journals.class,
    TrialBalances.class,
    WalletStatement.class,
    LedgerController.class,
    ProblemHandler.class
})
public class QueryConfiguration {

    @Bean
    JdbcClient reads(Database database) {
        return JdbcClient.create(database.forReading());
    }
}
