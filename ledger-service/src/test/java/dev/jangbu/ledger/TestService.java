package dev.jangbu.ledger;

import com.zaxxer.hikari.HikariDataSource;
import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.LedgerDatabase;
import dev.jangbu.testsupport.TestHttpClient;
import dev.jangbu.testsupport.TestPostgres;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** The service over HTTP, without Kafka and registry. One instance for all tests of the JVM; ends with the JVM. */
public final class TestService {

    private static final ConfigurableApplicationContext SERVICE = start();

    private TestService() {}

    /** Replaces the database by a new one and closes the service's connections to the old one. */
    public static void freshDatabase() {
        LedgerDatabase.fresh();
        HikariDataSource reads =
                (HikariDataSource) SERVICE.getBean(Database.class).forReading();
        reads.getHikariPoolMXBean().softEvictConnections();
    }

    /** A client of the service. */
    public static TestHttpClient client() {
        return TestHttpClient.of(
                ((WebServerApplicationContext) SERVICE).getWebServer().getPort());
    }

    private static ConfigurableApplicationContext start() {
        LedgerDatabase.fresh();
        return new SpringApplication(LedgerService.class)
                .run(
                        "--server.port=0",
                        "--jangbu.postgres=" + TestPostgres.address(),
                        "--jangbu.owner-password=" + TestPostgres.PASSWORD,
                        "--jangbu.ledger-password=" + TestPostgres.PASSWORD,
                        // No process listens on port 1.
                        "--jangbu.kafka=127.0.0.1:1",
                        "--jangbu.registry=http://127.0.0.1:1");
    }
}
