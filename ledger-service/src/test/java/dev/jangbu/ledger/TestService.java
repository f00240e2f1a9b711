package dev.jangbu.ledger;

import com.zaxxer.hikari.HikariDataSource;
import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.LedgerDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** The service over HTTP, without Kafka and registry. One instance for all tests of the JVM; ends with the JVM. */
public final class TestService {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ConfigurableApplicationContext SERVICE = start();

    private TestService() {}

    /** Replaces the database by a new one and closes the service's connections to the old one. */
    public static void freshDatabase() {
        LedgerDatabase.fresh();
        HikariDataSource reads =
                (HikariDataSource) SERVICE.getBean(Database.class).forReading();
        reads.getHikariPoolMXBean().softEvictConnections();
    }

    public static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)));
    }

    public static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    public static URI uri(String path) {
        int port = ((WebServerApplicationContext) SERVICE).getWebServer().getPort();
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static ConfigurableApplicationContext start() {
        LedgerDatabase.fresh();
        return new SpringApplication(LedgerService.class)
                .run(
                        "--server.port=0",
                        "--jangbu.postgres=" + LedgerDatabase.address(),
                        "--jangbu.owner-password=" + LedgerDatabase.PASSWORD,
                        "--jangbu.ledger-password=" + LedgerDatabase.PASSWORD,
                        // No process listens on port 1.
                        "--jangbu.kafka=127.0.0.1:1",
                        "--jangbu.registry=http://127.0.0.1:1");
    }
}
