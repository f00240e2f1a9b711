package dev.jangbu.ledger.query;

import dev.jangbu.ledger.database.Database;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Wires the reads of the ledger. */
@Configuration(proxyBeanMethods = false)
@Import({LedgerController.class, ProblemHandler.class})
public class QueryConfiguration {

    @Bean
    JdbcClient reads(Database database) {
        return JdbcClient.create(database.forReading());
    }

    @Bean
    Accounts accounts(JdbcClient reads, Clock clock) {
        return new Accounts(reads, clock);
    }

    @Bean
    AccountLines accountLines(JdbcClient reads) {
        return new AccountLines(reads);
    }

    @Bean
    Journals journals(JdbcClient reads) {
        return new Journals(reads);
    }

    @Bean
    TrialBalances trialBalances(JdbcClient reads, Clock clock) {
        return new TrialBalances(reads, clock);
    }

    @Bean
    WalletStatement walletStatement(JdbcClient reads) {
        return new WalletStatement(reads);
    }
}
