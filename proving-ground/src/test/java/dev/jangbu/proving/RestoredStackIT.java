package dev.jangbu.proving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.stack.SharedStack;
import dev.jangbu.proving.stack.Shop;
import dev.jangbu.testsupport.TemporaryFolder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The whole stack starts on an older copy of its PostgreSQL: nothing is written, and the connector, which Connect starts
 * before payment-api has judged the database, moves no slot.
 */
@Tag("proof")
class RestoredStackIT {

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final String SLOT =
            "SELECT pg_wal_lsn_diff(confirmed_flush_lsn, '0/0')::bigint FROM pg_replication_slots"
                    + " WHERE slot_name = 'jangbu_outbox'";

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void theConnectorOfARestoredDatabaseIsStoppedBeforeItReads() throws Exception {
        SharedStack stack = SharedStack.running();
        String early = completedPayment(stack);
        assertThat(stack.stop()).isZero();
        Path server = stack.data().resolve("postgres");
        Path backup = stack.data().resolve("postgres-backup");
        Path latest = stack.data().resolve("postgres-latest");
        copy(server, backup);
        stack.startAgain(SharedStack.PARTS);
        long begin = slot(stack);
        String late = completedPayment(stack);
        await("the connector has confirmed what the backup lacks").atMost(LIMIT).until(() -> slot(stack) > begin);
        long lost = slot(stack);
        assertThat(stack.stop()).isZero();
        Files.move(server, latest);
        Files.move(backup, server);

        stack.startAgain(SharedStack.PARTS);

        try (HttpApi api = stack.api()) {
            Response refused = api.post(
                    "/payments",
                    UUID.randomUUID().toString(),
                    Shop.order(Shop.newOrderId(), Shop.line("seller-restored", 1_000, 0)));
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text("code")).isEqualTo("restored");
            assertThat(api.get("/payments/" + early).text("status")).isEqualTo("COMPLETED");
            assertThat(api.get("/payments/" + late).status()).isEqualTo(404);
        }
        await("the connector is stopped").atMost(LIMIT).until(() -> connector(stack, "GET", "/status")
                .contains("\"connector\":{\"state\":\"STOPPED\""));
        assertThat(slot(stack)).isLessThan(lost);

        // The right database again, as for the tests that follow.
        assertThat(stack.stop()).isZero();
        TemporaryFolder.delete(server);
        Files.move(latest, server);
        stack.startAgain(SharedStack.PARTS);
        connector(stack, "PUT", "/resume");
        completedPayment(stack);
    }

    /** The WAL position up to which the connector has confirmed, in bytes since 0/0. */
    private static long slot(SharedStack stack) throws SQLException {
        try (Connection connection = stack.address().openPayments();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SLOT)) {
            assertThat(row.next()).isTrue();
            return row.getLong(1);
        }
    }

    private String connector(SharedStack stack, String method, String path) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(URI.create(stack.address().connect() + "/connectors/outbox" + path))
                                .method(method, BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    private static String completedPayment(SharedStack stack) throws IOException {
        try (HttpApi api = stack.api()) {
            Shop shop = new Shop(api);
            String id = shop.awaitCreated("seller-restored", 1_000);
            assertThat(shop.confirm(id, UUID.randomUUID().toString(), "key-" + id, 1_000)
                            .status())
                    .isEqualTo(200);
            shop.awaitStatus(id, "COMPLETED");
            return id;
        }
    }

    /** Keeps the permissions: PostgreSQL refuses a data directory that others can read. */
    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
