package dev.jangbu.proving;

import static dev.jangbu.proving.stack.Shop.line;
import static dev.jangbu.proving.stack.Shop.newOrderId;
import static dev.jangbu.proving.stack.Shop.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.stack.BaseBackup;
import dev.jangbu.proving.stack.EphemeralStack;
import dev.jangbu.proving.stack.EphemeralStack.CommandResult;
import dev.jangbu.proving.stack.PspSimulatorClient;
import dev.jangbu.proving.stack.SharedStack;
import dev.jangbu.proving.stack.Shop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The drill of {@code docs/restore.md}: PostgreSQL is restored from a base backup that was taken under load, while
 * Kafka and the PSP went on. Afterwards every payment, refund and payout has moved its money once.
 */
class RestoreDrillIT {

    @Test
    void afterARestoreEveryMovementOfMoneyHasHappenedOnce() throws Exception {
        try (EphemeralStack stack = new EphemeralStack(SharedStack.home(), false);
                HttpApi api = new HttpApi(stack.address().api(), stack.address().apiKey())) {
            drill(stack, api, new Shop(api));
        }
    }

    /** A call and the key under which it is repeated. */
    private record Call(String path, String key, String body) {
        static Call of(String path, String body) {
            return new Call(path, UUID.randomUUID().toString(), body);
        }

        Response send(HttpApi api) throws IOException {
            return api.post(path, key, body);
        }

        void unanswered(HttpApi api) {
            try {
                assertThat(send(api).status()).isEqualTo(202);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The sellers' names are those of the rows; their balances are what each row comes to. */
    private static void drill(EphemeralStack stack, HttpApi api, Shop shop) throws Exception {
        // Before the backup.
        String refunded = paid(shop, "refunded", 20_000, 0);
        paid(shop, "paid-out", 50_000, 0);
        String readyOrder = newOrderId();
        String ready = shop.create(order(readyOrder, line("ready", 10_000, 100)));
        String executingOrder = newOrderId();
        String executing = shop.create(order(executingOrder, line("executing", 20_000, 200)));
        CompletableFuture<Void> confirming = CompletableFuture.runAsync(
                () -> confirmation(executing, "sim_timeout_after_charge_" + executing, 20_000)
                        .unanswered(api));
        await().atMost(Shop.SETTLE_LIMIT)
                .until(() -> api.get("/payments/" + executing).text("status").equals("EXECUTING"));
        Path backup = BaseBackup.take(stack.address(), stack.data(), BaseBackup.Slots.LEFT_OUT);

        // After the backup, and lost with it.
        confirming.join();
        shop.awaitStatus(executing, "COMPLETED");
        Call confirmation = confirmation(ready, "key-" + ready, 10_000);
        assertThat(confirmation.send(api).status()).isEqualTo(200);
        String createdOrder = newOrderId();
        Call creation = Call.of("/payments", order(createdOrder, line("created", 4_000, 0)));
        String created = creation.send(api).text("id");
        Call createdConfirmation = confirmation(created, "key-" + created, 4_000);
        assertThat(createdConfirmation.send(api).status()).isEqualTo(200);
        Call refund = Call.of(
                "/payments/" + refunded + "/refunds",
                "{\"lines\":[{\"lineId\":\"1\",\"amount\":5000}],\"reason\":\"drill\"}");
        Response refundReply = refund.send(api);
        assertThat(refundReply.status()).as("%s", refundReply).isEqualTo(201);
        Call payout = Call.of(
                "/wallets/paid-out/payouts", "{\"amount\":7000,\"currency\":\"KRW\",\"destination\":\"bank-1\"}");
        Response payoutReply = payout.send(api);
        assertThat(payoutReply.status()).as("%s", payoutReply).isEqualTo(202);
        for (String id : List.of(ready, created)) {
            shop.awaitStatus(id, "COMPLETED");
        }
        shop.awaitStatusOf("/refunds/" + refundReply.text("id"), "COMPLETED");
        shop.awaitStatusOf("/payouts/" + payoutReply.text("id"), "BOOKED");
        String unsettledOrder = newOrderId();
        chargeAtThePspAlone(stack, unsettledOrder, "key-" + unsettledOrder, 6_000);

        // The restore.
        assertThat(stack.stop()).isZero();
        BaseBackup.restore(backup, stack.data());
        stack.startAgain(EphemeralStack.PARTS);
        Call refused = Call.of("/payments", order(newOrderId(), line("refused", 1_000, 50)));
        await().atMost(Shop.SETTLE_LIMIT)
                .ignoreExceptions()
                .until(() -> refused.send(api).text("code").equals("restored"));
        assertThat(api.get("/payments/" + created).status()).isEqualTo(404);

        CommandResult plan = restore(stack, "plan");
        assertThat(plan.exitCode()).as(plan.output()).isEqualTo(1);
        assertThat(plan.output()).contains("restore payment " + created, "note the charge");
        CommandResult applied = restore(stack, "apply");
        assertThat(applied.exitCode()).as(applied.output()).isEqualTo(1);
        assertThat(applied.output())
                .contains("restore payout " + payoutReply.text("id"), "The database is open", unsettledOrder)
                .contains("For a person (1)");

        // The clients repeat their calls, with the same keys; not that of the payment at the PSP.
        await().atMost(Shop.SETTLE_LIMIT)
                .ignoreExceptions()
                .until(() -> refused.send(api).status() == 201);
        assertThat(confirmation.send(api).status()).isEqualTo(200);
        assertThat(creation.send(api).text("id")).isEqualTo(created);
        assertThat(createdConfirmation.send(api).status()).isEqualTo(200);
        assertThat(refund.send(api).text("id")).isEqualTo(refundReply.text("id"));
        assertThat(payout.send(api).text("id")).isEqualTo(payoutReply.text("id"));
        for (String id : List.of(refunded, ready, executing, created)) {
            shop.awaitStatus(id, "COMPLETED");
        }
        String late = shop.create(order(unsettledOrder, line("late", 6_000, 300)));
        Response adopted = shop.confirm(late, UUID.randomUUID().toString(), "key-" + unsettledOrder, 6_000);
        // The PSP refuses a second charge; this call or the recovery finds the first one.
        assertThat(adopted.status()).as("%s", adopted).isIn(200, 202);
        shop.awaitStatus(late, "COMPLETED");
        for (int n = 0; n < 3; n++) {
            paid(shop, "new", 1_000, 50);
        }

        AuditAssertions.assertThatAllHolds(stack.address(), "after a restore");
        assertThat(Stream.of("executing", "ready", "created", "refunded", "paid-out", "late", "new")
                        .map(seller -> seller + " " + balance(api, seller)))
                .containsExactly(
                        "executing 19800",
                        "ready 9900",
                        "created 4000",
                        "refunded 15000",
                        "paid-out 43000",
                        "late 5700",
                        "new 2850");
        for (String once : List.of(executingOrder, readyOrder, createdOrder, unsettledOrder)) {
            assertThat(charges(stack, once)).hasSize(1);
        }
        assertThat(charges(stack, api.get("/payments/" + refunded).text("orderId")))
                .extracting(charge -> charge.path("cancelled").asLong())
                .containsExactly(5_000L);
        CommandResult verified =
                stack.run(Map.of(), "ledger", "verify", "--data", stack.data().toString());
        assertThat(verified.exitCode()).as(verified.output()).isZero();
        CommandResult again = restore(stack, "apply");
        assertThat(again.exitCode()).as(again.output()).isZero();
    }

    private static Call confirmation(String payment, String paymentKey, long amount) {
        return Call.of("/payments/" + payment + "/confirm", Shop.confirmation(paymentKey, amount));
    }

    private static String paid(Shop shop, String seller, long amount, long fee) throws IOException {
        String id = shop.create(order(newOrderId(), line(seller, amount, fee)));
        shop.confirm(id, UUID.randomUUID().toString(), "key-" + id, amount);
        shop.awaitStatus(id, "COMPLETED");
        return id;
    }

    private static CommandResult restore(EphemeralStack stack, String command) throws IOException {
        return stack.run(Map.of(), "restore", command, "--data", stack.data().toString());
    }

    private static long balance(HttpApi api, String seller) {
        try {
            return api.get("/wallets/" + seller + "?currency=KRW")
                    .body()
                    .path("balance")
                    .asLong();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<JsonNode> charges(EphemeralStack stack, String orderId) throws IOException {
        List<JsonNode> charges = new ArrayList<>();
        try (PspSimulatorClient psp = new PspSimulatorClient(stack.address())) {
            psp.charges(charge -> {
                if (charge.path("orderId").asText().equals(orderId)) {
                    charges.add(charge);
                }
            });
        }
        return charges;
    }

    private static void chargeAtThePspAlone(EphemeralStack stack, String orderId, String paymentKey, long amount)
            throws IOException {
        String credentials = Base64.getEncoder()
                .encodeToString((stack.address().pspSecret() + ":").getBytes(StandardCharsets.UTF_8));
        try (HttpApi psp = new HttpApi(stack.address().psp() + "/v1", "")) {
            Response charged = psp.post(
                    "/payments/confirm",
                    orderId,
                    "{\"paymentKey\":\"%s\",\"orderId\":\"%s\",\"amount\":%d}".formatted(paymentKey, orderId, amount),
                    "Authorization",
                    "Basic " + credentials);
            assertThat(charged.status()).as("%s", charged).isEqualTo(200);
        }
    }
}
