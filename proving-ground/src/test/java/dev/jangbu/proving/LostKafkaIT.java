package dev.jangbu.proving;

import static dev.jangbu.proving.stack.Shop.line;
import static dev.jangbu.proving.stack.Shop.newOrderId;
import static dev.jangbu.proving.stack.Shop.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.stack.EphemeralStack;
import dev.jangbu.proving.stack.EphemeralStack.CommandResult;
import dev.jangbu.proving.stack.SharedStack;
import dev.jangbu.proving.stack.Shop;
import dev.jangbu.testsupport.TemporaryFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Kafka is lost, or an older copy of it is put back, while PostgreSQL keeps the ledger. Nothing starts over; after {@code
 * restore wallets} every movement of money has happened once, and what was open comes to its end.
 */
@Tag("proof")
class LostKafkaIT {

    private static final String STREAMS = "streams-processor";
    private static final String LEDGER = "ledger-service";
    private static final List<String> SELLERS = List.of("lost-a", "lost-b", "lost-c");

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Call> calls = new ArrayList<>();
    private final List<String> replies = new ArrayList<>();

    /** A call and the key under which it is repeated. */
    private record Call(String path, String key, String body) {
        static Call of(String path, String body) {
            return new Call(path, UUID.randomUUID().toString(), body);
        }

        Response send(HttpApi api) throws IOException {
            return api.post(path, key, body);
        }
    }

    @Test
    void afterALossOfKafkaTheWalletsAreRestoredFromTheLedger() throws Exception {
        try (EphemeralStack stack = new EphemeralStack(SharedStack.home(), false);
                HttpApi api = new HttpApi(stack.address().api(), stack.address().apiKey())) {
            Shop shop = new Shop(api);
            settle(api, shop);
            // Decided, and not posted yet.
            restart(stack, LEDGER);
            String posted = confirmed(api, order(newOrderId(), line("lost-a", 700, 0), line("lost-b", 300, 0)));
            await("the wallets have it")
                    .atMost(Shop.SETTLE_LIMIT)
                    .ignoreExceptions()
                    .until(() -> balance(api, "lost-a") == 19_000 + 700 && balance(api, "lost-b") == 4_700 + 300);
            Map<String, Long> before = balances(api);
            // Posted, and its completion not recorded; another one approved, and not decided.
            restart(stack, STREAMS);
            await("the ledger has it").atMost(Shop.SETTLE_LIMIT).until(() -> journals(stack, posted) == 2);
            String undecided = confirmed(api, order(newOrderId(), line("lost-c", 900, 0)));
            assertThat(api.get("/payments/" + posted).text("status")).isEqualTo("APPROVED");
            assertThat(stack.stop()).isZero();

            TemporaryFolder.delete(stack.data().resolve("kafka"));
            stack.startAgain(EphemeralStack.PARTS);

            assertClosed(api, "Kafka has no mark of this database");
            assertThat(health(stack)).contains("LostStateException", "./jangbu restore wallets");
            CommandResult running = restore(stack, "wallets");
            assertThat(running.exitCode()).as(running.output()).isEqualTo(2);
            assertThat(running.output()).contains("Stop these services first", LEDGER);
            restart(stack, STREAMS, LEDGER);
            CommandResult shown = restore(stack, "wallets", "--dry-run");
            assertThat(shown.exitCode()).as(shown.output()).isEqualTo(1);
            assertThat(shown.output()).contains("The ledger has ", "1 payouts are rejected");
            interrupt(stack);
            CommandResult restored = restore(stack, "wallets");
            assertThat(restored.exitCode()).as(restored.output()).isZero();

            assertThat(stack.stop()).isZero();
            stack.startAgain(EphemeralStack.PARTS);
            assertEverythingContinues(stack, api, shop, List.of(posted, undecided), with(before, "lost-c", 900));
        }
    }

    @Test
    void anOlderKafkaIsReplacedByTheLedger() throws Exception {
        try (EphemeralStack stack = new EphemeralStack(SharedStack.home(), false);
                HttpApi api = new HttpApi(stack.address().api(), stack.address().apiKey())) {
            Shop shop = new Shop(api);
            settle(api, shop);
            assertThat(stack.stop()).isZero();
            Path kafka = stack.data().resolve("kafka");
            Path older = stack.data().resolve("kafka-older");
            copy(kafka, older);
            stack.startAgain(EphemeralStack.PARTS);
            for (int n = 0; n < 3; n++) {
                String id = confirmed(api, order(newOrderId(), line("lost-a", 100, 0)));
                shop.awaitStatus(id, "COMPLETED");
            }
            Map<String, Long> before = balances(api);
            assertThat(stack.stop()).isZero();

            TemporaryFolder.delete(kafka);
            Files.move(older, kafka);
            stack.startAgain(EphemeralStack.PARTS);

            assertClosed(api, "Kafka had acknowledged mark");
            restart(stack, STREAMS, LEDGER);
            CommandResult refused = restore(stack, "wallets");
            assertThat(refused.exitCode()).as(refused.output()).isEqualTo(2);
            assertThat(refused.output()).contains("to be deleted: ledger.entries", "add --discard-kafka");
            CommandResult restored = restore(stack, "wallets", "--discard-kafka");
            assertThat(restored.exitCode()).as(restored.output()).isZero();

            assertThat(stack.stop()).isZero();
            stack.startAgain(EphemeralStack.PARTS);
            assertEverythingContinues(stack, api, shop, List.of(), before);
        }
    }

    /** Payments, a split payment, a refund, and a booked and a rejected payout, all of them completed. */
    private void settle(HttpApi api, Shop shop) throws IOException {
        String refunded = confirmed(api, order(newOrderId(), line("lost-a", 20_000, 0)));
        String split = confirmed(api, order(newOrderId(), line("lost-a", 5_000, 0), line("lost-b", 5_000, 300)));
        shop.awaitStatus(refunded, "COMPLETED");
        shop.awaitStatus(split, "COMPLETED");
        String refund = remember(api, Call.of("/payments/" + refunded + "/refunds", """
                {"lines":[{"lineId":"%s","amount":4000}],"reason":"lost"}""".formatted(
                api.get("/payments/" + refunded).body().at("/lines/0/lineId").asText())));
        awaitStatus(api, "/refunds/" + refund, "COMPLETED");
        awaitStatus(api, "/payouts/" + remember(api, payout("lost-a", 2_000)), "BOOKED");
        awaitStatus(api, "/payouts/" + remember(api, payout("lost-b", 1_000_000)), "REJECTED");
    }

    private static Call payout(String seller, long amount) {
        return Call.of(
                "/wallets/" + seller + "/payouts",
                "{\"amount\":%d,\"currency\":\"KRW\",\"destination\":\"bank-1\"}".formatted(amount));
    }

    private String confirmed(HttpApi api, String body) throws IOException {
        Call creation = Call.of("/payments", body);
        String id = await().atMost(Shop.SETTLE_LIMIT)
                .ignoreExceptions()
                .until(() -> creation.send(api), reply -> reply.status() == 201)
                .text("id");
        remember(creation, id);
        long amount = api.get("/payments/" + id).body().path("amount").asLong();
        remember(api, Call.of("/payments/" + id + "/confirm", Shop.confirmation("key-" + id, amount)));
        return id;
    }

    private String remember(HttpApi api, Call call) throws IOException {
        Response reply = call.send(api);
        assertThat(reply.status()).as("%s", reply).isIn(200, 201, 202);
        remember(call, reply.text("id"));
        return reply.text("id");
    }

    private void remember(Call call, String id) {
        calls.add(call);
        replies.add(id);
    }

    private void assertEverythingContinues(
            EphemeralStack stack, HttpApi api, Shop shop, List<String> open, Map<String, Long> balances)
            throws Exception {
        for (String id : open) {
            shop.awaitStatus(id, "COMPLETED");
        }
        await().atMost(Shop.SETTLE_LIMIT).ignoreExceptions().until(() -> balances(api), balances::equals);
        // The same keys, then every request again.
        for (int n = 0; n < calls.size(); n++) {
            assertThat(calls.get(n).send(api).text("id")).isEqualTo(replies.get(n));
        }
        CommandResult republished = stack.run(
                Map.of(),
                "outbox",
                "republish",
                "--from",
                "2026-01-01T00:00:00Z",
                "--data",
                stack.data().toString());
        assertThat(republished.exitCode()).as(republished.output()).isZero();
        String later = confirmed(api, order(newOrderId(), line("lost-a", 10, 0)));
        shop.awaitStatus(later, "COMPLETED");

        AuditAssertions.assertThatAllHolds(stack.address(), "after the loss of Kafka");
        assertThat(balances(api)).isEqualTo(with(balances, "lost-a", 10));
        CommandResult verified =
                stack.run(Map.of(), "ledger", "verify", "--data", stack.data().toString());
        assertThat(verified.exitCode()).as(verified.output()).isZero();
        CommandResult plan = restore(stack, "plan");
        assertThat(plan.exitCode()).as(plan.output()).isZero();
    }

    private static Map<String, Long> with(Map<String, Long> balances, String seller, long more) {
        Map<String, Long> changed = new TreeMap<>(balances);
        changed.merge(seller, more, Long::sum);
        return changed;
    }

    private static void assertClosed(HttpApi api, String evidence) {
        Call refused = Call.of("/payments", order(newOrderId(), line("lost-a", 1_000, 50)));
        await().atMost(Shop.SETTLE_LIMIT).ignoreExceptions().untilAsserted(() -> {
            Response reply = refused.send(api);
            assertThat(reply.status()).isEqualTo(503);
            assertThat(reply.text("code")).isEqualTo("restored");
            assertThat(reply.text("detail")).contains(evidence);
        });
    }

    /** Kills a run of the command when it has published the ledger. */
    private static void interrupt(EphemeralStack stack) throws IOException, InterruptedException {
        Process command = new ProcessBuilder(
                        SharedStack.home().resolve("jangbu").toString(),
                        "restore",
                        "wallets",
                        "--data",
                        stack.data().toString())
                .redirectErrorStream(true)
                .start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader output = command.inputReader()) {
            String read = output.readLine();
            while (read != null && !read.contains("entries and postings are published")) {
                lines.add(read);
                read = output.readLine();
            }
            assertThat(read).as("%s", lines).isNotNull();
        } finally {
            command.destroyForcibly().waitFor();
        }
    }

    private static void restart(EphemeralStack stack, String... without) throws IOException {
        assertThat(stack.stop()).isZero();
        List<String> parts = new ArrayList<>(EphemeralStack.PARTS);
        parts.removeAll(List.of(without));
        stack.startAgain(parts);
    }

    private static CommandResult restore(EphemeralStack stack, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("restore"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--data", stack.data().toString()));
        return stack.run(Map.of(), command.toArray(String[]::new));
    }

    private String health(EphemeralStack stack) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(URI.create(
                                        "http://127.0.0.1:%d/actuator/health/readiness".formatted(stack.port(STREAMS))))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    private static void awaitStatus(HttpApi api, String path, String status) {
        await().atMost(Shop.SETTLE_LIMIT)
                .ignoreExceptions()
                .until(() -> api.get(path).text("status").equals(status));
    }

    private static Map<String, Long> balances(HttpApi api) throws IOException {
        Map<String, Long> balances = new TreeMap<>();
        for (String seller : SELLERS) {
            balances.put(seller, balance(api, seller));
        }
        return balances;
    }

    private static long balance(HttpApi api, String seller) throws IOException {
        Response reply = api.get("/wallets/" + seller + "?currency=KRW");
        if (reply.status() != 200) {
            throw new IllegalStateException("no balance: " + reply);
        }
        return reply.body().path("balance").asLong();
    }

    private static int journals(EphemeralStack stack, String reference) throws SQLException {
        try (Connection ledger = stack.address().openLedger();
                PreparedStatement select =
                        ledger.prepareStatement("SELECT count(*) FROM journals WHERE reference_id = ?::uuid")) {
            select.setString(1, reference);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }
}
