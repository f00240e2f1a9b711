package dev.jangbu.proving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.contract.ConnectApi;
import dev.jangbu.contract.DatabaseMark;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.RestoredOrder.Kind;
import dev.jangbu.proving.stack.BaseBackup;
import dev.jangbu.proving.stack.EphemeralStack;
import dev.jangbu.proving.stack.EphemeralStack.CommandResult;
import dev.jangbu.proving.stack.KafkaClients;
import dev.jangbu.proving.stack.PspSimulatorClient;
import dev.jangbu.proving.stack.SharedStack;
import dev.jangbu.proving.stack.Shop;
import dev.jangbu.proving.stack.TopicReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * {@link RestoreDrillIT} with seeded orders of all kinds: the backup is taken in the middle of them. Before, during and
 * after the restore their clients repeat their calls. The model of the orders says what the PSP, the wallets and the
 * payments must have in the end.
 */
@Tag("proof")
class SeededRestoreIT {

    private static final long SEED = Long.getLong("jangbu.seed", 20_261_130L);
    private static final int ORDERS = Integer.getInteger("jangbu.orders", 300);
    private static final int LATE_ORDERS = 6;
    private static final int CLIENTS = 8;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);
    private static final String REPEAT =
            "seed %1$d (repeat with -Djangbu.seed=%1$d -Djangbu.orders=%2$d)".formatted(SEED, ORDERS);

    /** The traffic, and the restored stack without an answer to it. */
    private record Drill(
            EphemeralStack stack,
            HttpApi api,
            Shop shop,
            List<RestoredOrder> orders,
            List<RestoredOrder> late,
            RestoredOrder lateRefund) {

        List<RestoredOrder> all() {
            return Stream.concat(orders.stream(), late.stream()).toList();
        }
    }

    @Test
    void afterApplyTheModelHolds() throws Exception {
        try (EphemeralStack stack = new EphemeralStack(SharedStack.home(), false);
                HttpApi api = new HttpApi(stack.address().api(), stack.address().apiKey())) {
            Drill drill = restoredInTheMiddle("apply", stack, api);
            inParallel(drill.all(), order -> order.assertClosed(api));

            CommandResult applied = restore(stack, "apply");
            assertThat(applied.exitCode()).as(REPEAT + applied.output()).isEqualTo(1);
            assertThat(applied.output()).contains("The database is open", "no refund is known");

            // While the recovery runs. Some clients don't come again: nothing is lost without them.
            Random random = new Random(SEED);
            List<RestoredOrder> repeating = drill.all().stream()
                    .filter(order -> !order.isPaid()
                            || drill.late().contains(order)
                            || order == drill.lateRefund()
                            || random.nextInt(5) > 0)
                    .toList();
            inParallel(repeating, order -> order.repeat(api, drill.shop()));
            inParallel(
                    drill.all().stream()
                            .filter(RestoredOrder::isPaid)
                            .filter(order -> random.nextInt(3) == 0)
                            .toList(),
                    order -> order.callWithOtherKeys(api, drill.shop()));

            for (RestoredOrder order : drill.all()) {
                order.ends().forEach((path, status) -> drill.shop().awaitStatusOf(path, status));
            }
            assertThatMoneyIsWhereItBelongs(drill, drill.all());
            assertThat(api.get("/payments?status=REVIEW").body().path("data"))
                    .as(REPEAT)
                    .isEmpty();
            AuditAssertions.assertThatAllHolds(stack.address(), REPEAT);
            CommandResult again = restore(stack, "apply");
            assertThat(again.exitCode()).as(REPEAT + again.output()).isZero();
        }
    }

    /** The last column of the table in {@code docs/movements.md}. */
    @Test
    void openedByHandNoMoneyMovesTwice() throws Exception {
        try (EphemeralStack stack = new EphemeralStack(SharedStack.home(), false);
                HttpApi api = new HttpApi(stack.address().api(), stack.address().apiKey())) {
            Drill drill = restoredInTheMiddle("hand", stack, api);
            Map<RestoredOrder, String> statusAtBackup = new ConcurrentHashMap<>();
            inParallel(drill.all(), order -> statusAtBackup.put(order, status(api, order)));

            openByHand(stack);
            inParallel(drill.all(), order -> order.repeatAnyway(api));

            List<RestoredOrder> settled = new ArrayList<>();
            for (RestoredOrder order : drill.all()) {
                String before = statusAtBackup.get(order);
                if (!order.isPaid()) {
                    order.ends().forEach((path, status) -> drill.shop().awaitStatusOf(path, status));
                } else if (before.isEmpty()) {
                    Response payment = drill.shop().awaitStatusOf(order.paymentPath(), "REVIEW");
                    assertThat(payment.body().toString()).contains("charge-older-than-payment");
                    // The PSP has charged it and nothing has settled it: a person decides.
                } else {
                    awaitStatus(
                            api,
                            order.paymentPath(),
                            before.equals("COMPLETED") ? List.of("COMPLETED") : List.of("APPROVED", "COMPLETED"));
                }
                if (!before.isEmpty() || !drill.late().contains(order)) {
                    settled.add(order);
                }
            }
            assertThatMoneyIsWhereItBelongs(drill, settled);
            CommandResult verified = stack.run(
                    Map.of(), "ledger", "verify", "--data", stack.data().toString());
            assertThat(verified.exitCode()).as(REPEAT + verified.output()).isZero();
        }
    }

    /**
     * Runs the orders, takes the backup when half of them have begun, lets all of them end, stops the connector before the
     * late ones, and starts the stack on the backup.
     */
    private static Drill restoredInTheMiddle(String run, EphemeralStack stack, HttpApi api) throws Exception {
        System.out.println(REPEAT);
        Shop shop = new Shop(api);
        List<RestoredOrder> orders = IntStream.range(0, ORDERS)
                .mapToObj(number -> new RestoredOrder(run, SEED, number))
                .toList();
        List<RestoredOrder> late = IntStream.range(ORDERS, ORDERS + LATE_ORDERS)
                .mapToObj(number -> RestoredOrder.paid(run, SEED, number))
                .toList();
        shop.awaitCreated(run + "-probe", 1_000);
        for (RestoredOrder order : late.subList(0, LATE_ORDERS / 2)) {
            order.create(api);
        }
        CountDownLatch half = new CountDownLatch(ORDERS / 2);
        CompletableFuture<Void> traffic = CompletableFuture.runAsync(() -> inParallel(orders, order -> {
            half.countDown();
            order.run(api, shop);
        }));
        half.await();
        Path backup = BaseBackup.take(stack.address(), stack.data(), BaseBackup.Slots.LEFT_OUT);
        traffic.join();

        ConnectApi connect = connect(stack);
        connect.stop();
        await().atMost(Shop.SETTLE_LIMIT)
                .until(
                        connect::status,
                        status -> status.isConnector("STOPPED")
                                && status.body().path("tasks").isEmpty());
        for (RestoredOrder order : late.subList(LATE_ORDERS / 2, LATE_ORDERS)) {
            order.create(api);
        }
        for (RestoredOrder order : late) {
            order.confirm(api);
        }
        RestoredOrder lateRefund = orders.stream()
                .filter(order -> order.kind() == Kind.PAID && !order.isTroubled() && order.refunded() == 0)
                .findFirst()
                .orElseThrow();
        lateRefund.refund(api);

        assertThat(stack.stop()).isZero();
        BaseBackup.restore(backup, stack.data());
        stack.startAgain(EphemeralStack.PARTS);
        await().atMost(Shop.SETTLE_LIMIT).ignoreExceptions().until(() -> api.post(
                        "/payments", "probe", Shop.order("probe", Shop.line("probe", 1_000, 0)))
                .text("code")
                .equals("restored"));
        return new Drill(stack, api, shop, orders, late, lateRefund);
    }

    private interface Work {
        void run(RestoredOrder order) throws Exception;
    }

    private static void inParallel(List<RestoredOrder> orders, Work work) {
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> results = new ArrayList<>();
            for (RestoredOrder order : orders) {
                results.add(clients.submit(() -> {
                    work.run(order);
                    return null;
                }));
            }
            for (Future<?> result : results) {
                result.get();
            }
        } catch (Exception e) {
            throw new AssertionError(REPEAT, e);
        }
    }

    /** The PSP's charges and cancellations, and the balances of those orders that are settled. */
    private static void assertThatMoneyIsWhereItBelongs(Drill drill, List<RestoredOrder> settled) throws IOException {
        Map<String, List<JsonNode>> charges = new HashMap<>();
        try (PspSimulatorClient psp = new PspSimulatorClient(drill.stack().address())) {
            psp.charges(charge -> charges.computeIfAbsent(charge.path("orderId").asText(), order -> new ArrayList<>())
                    .add(charge));
        }
        for (RestoredOrder order : drill.all()) {
            List<JsonNode> charged = charges.getOrDefault(order.orderId(), Collections.emptyList());
            assertThat(charged)
                    .as("%s: %s, %s", REPEAT, order.orderId(), charged)
                    .hasSize(order.isPaid() ? 1 : 0);
            charged.forEach(charge -> assertThat(List.of(
                            charge.path("amount").asLong(),
                            charge.path("cancelled").asLong()))
                    .as("%s: %s", REPEAT, order.orderId())
                    .containsExactly(order.amount(), order.refunded()));
        }
        Map<String, Long> expected = new HashMap<>();
        settled.forEach(
                order -> order.balances().forEach((seller, balance) -> expected.merge(seller, balance, Long::sum)));
        Map<String, Long> actual = new HashMap<>();
        for (String seller : expected.keySet()) {
            actual.put(
                    seller,
                    drill.api()
                            .get("/wallets/" + seller + "?currency=KRW")
                            .body()
                            .path("balance")
                            .asLong());
        }
        assertThat(actual).as(REPEAT).isEqualTo(expected);
    }

    /** The status of an order's payment; empty if there is none: a problem's status is its code. */
    private static String status(HttpApi api, RestoredOrder order) throws IOException {
        Response payment = api.get(order.paymentPath());
        return payment.status() == 200 ? payment.text("status") : "";
    }

    private static void awaitStatus(HttpApi api, String path, List<String> statuses) {
        await(path + " is one of " + statuses)
                .atMost(Shop.SETTLE_LIMIT)
                .ignoreExceptions()
                .until(() -> statuses.contains(api.get(path).text("status")));
    }

    private static ConnectApi connect(EphemeralStack stack) {
        return new ConnectApi(URI.create(stack.address().connect()), CONNECT_TIMEOUT);
    }

    private static CommandResult restore(EphemeralStack stack, String command) throws IOException {
        return stack.run(Map.of(), "restore", command, "--data", stack.data().toString());
    }

    /**
     * By the section of this name in {@code docs/restore.md}. The other evidence goes too: the requests, as if they were
     * older than their topic, and the connector's position.
     */
    private static void openByHand(EphemeralStack stack) throws Exception {
        try (Admin kafka = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, stack.address().kafka()))) {
            Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
            for (int partition = 0; partition < Topics.LOCAL_PARTITIONS; partition++) {
                all.put(
                        new TopicPartition(Topics.SETTLEMENT_REQUESTS.name(), partition),
                        RecordsToDelete.beforeOffset(-1));
            }
            kafka.deleteRecords(all).all().get();
        }
        ConnectApi connect = connect(stack);
        await("payment-api has stopped the connector").atMost(Shop.SETTLE_LIMIT).until(() -> connect.deleteOffsets()
                .isAccepted());
        List<DatabaseMark> marks = new ArrayList<>();
        new TopicReader(stack.address()).read(Topics.PAYMENT_MARKS, (record, mark) -> marks.add(mark), record -> {});
        long sequence =
                marks.stream().mapToLong(DatabaseMark::getSequence).max().orElse(0);
        long epoch = marks.stream().mapToLong(DatabaseMark::getEpoch).max().orElse(0);
        try (Connection maintenance = stack.address().openAs("jangbu_maintenance");
                Statement statement = maintenance.createStatement();
                ResultSet row = statement.executeQuery("""
                        WITH opened AS (
                            INSERT INTO marks (sequence, epoch)
                            SELECT greatest(%d, coalesce(max(sequence), 0)) + 1, greatest(%d, coalesce(max(epoch), 0)) + 1
                              FROM marks
                            RETURNING *
                        )
                        SELECT * FROM opened, server_position
                        """.formatted(sequence, epoch));
                KafkaProducer<byte[], byte[]> kafka = KafkaClients.producer(stack.address(), Map.of())) {
            row.next();
            DatabaseMark mark = DatabaseMark.newBuilder()
                    .setDatabase(row.getString("database"))
                    .setSystemIdentifier(row.getLong("system_identifier"))
                    .setTimeline(row.getInt("timeline"))
                    .setLsn(row.getLong("lsn"))
                    .setEpoch(row.getLong("epoch"))
                    .setSequence(row.getLong("sequence"))
                    .setNonce(row.getString("nonce"))
                    .setWrittenAt(row.getTimestamp("written_at").toInstant())
                    .build();
            String topic = Topics.PAYMENT_MARKS.name();
            kafka.send(new ProducerRecord<>(
                            topic,
                            mark.getDatabase().getBytes(StandardCharsets.UTF_8),
                            stack.address()
                                    .serdes()
                                    .of(Topics.PAYMENT_MARKS)
                                    .serializer()
                                    .serialize(topic, mark)))
                    .get();
        }
    }
}
