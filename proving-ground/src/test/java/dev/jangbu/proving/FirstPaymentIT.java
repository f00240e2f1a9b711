package dev.jangbu.proving;

import static dev.jangbu.proving.stack.Shop.line;
import static dev.jangbu.proving.stack.Shop.newOrderId;
import static dev.jangbu.proving.stack.Shop.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.stack.EphemeralStack;
import dev.jangbu.proving.stack.SharedStack;
import dev.jangbu.proving.stack.Shop;
import dev.jangbu.proving.stack.TopicReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A payment's life on a running stack, as a marketplace sees it. The tests share the stack and run concurrently. The
 * methods are annotated instead of the class, which would otherwise run concurrently with classes that kill parts of
 * the stack.
 */
class FirstPaymentIT {

    private static SharedStack stack;
    private static HttpApi api;
    private static Shop shop;

    @BeforeAll
    static void startStack() throws IOException {
        stack = SharedStack.running();
        api = stack.api();
        shop = new Shop(api);
        // The first payment takes longer: the services load their classes and join their groups.
        String id = shop.awaitCreated("seller-first", 1_000);
        shop.confirm(id, UUID.randomUUID().toString(), "key-" + id, 1_000);
        shop.awaitStatus(id, "COMPLETED");
    }

    @AfterAll
    static void close() {
        api.close();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aPaymentOfTwoSellersCompletesAndIsVisibleInAllReads() throws IOException {
        String body = order(newOrderId(), line("seller-a1", 12_000, 600), line("seller-b1", 8_000, 0));
        Response created = api.post("/payments", UUID.randomUUID().toString(), body);
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.text("status")).isEqualTo("READY");
        String id = created.text("id");
        assertThat(created.headers().firstValue("Location")).hasValue("/v1/payments/" + id);

        Response confirmed = shop.confirm(id, UUID.randomUUID().toString(), "key-" + id, 20_000);
        assertThat(confirmed.status()).isEqualTo(200);
        assertThat(confirmed.text("status")).isIn("APPROVED", "COMPLETED");

        Response completed = api.get("/payments/" + id, "Prefer", "wait=30");
        assertThat(completed.text("status")).isEqualTo("COMPLETED");
        assertThat(completed.headers().firstValue("Preference-Applied")).hasValue("wait=30");
        assertThat(completed.body().path("completedAt").isTextual()).isTrue();

        JsonNode walletA = api.get("/wallets/seller-a1?currency=KRW").body();
        assertThat(walletA.path("balance").asLong()).isEqualTo(11_400);
        assertThat(walletA.path("version").asLong()).isEqualTo(1);
        assertThat(api.get("/wallets/seller-b1?currency=KRW")
                        .body()
                        .path("balance")
                        .asLong())
                .isEqualTo(8_000);

        JsonNode accounts = api.get("/ledger/trial-balance")
                .body()
                .path("currencies")
                .get(0)
                .path("accounts");
        assertThat(accounts).anySatisfy(account -> {
            assertThat(account.path("code").asText()).isEqualTo("seller:seller-a1:payable");
            assertThat(account.path("kind").asText()).isEqualTo("LIABILITY");
            assertThat(account.path("balance").asLong()).isEqualTo(11_400);
        });

        EphemeralStack.CommandResult tail = stack.run(
                "tail",
                "ledger.entries",
                "--data",
                stack.data().toString(),
                "--from",
                "beginning",
                "--json",
                "--no-follow");
        assertThat(tail.exitCode()).as(tail.output()).isZero();
        List<JsonNode> entries = json(tail.output()).stream()
                .filter(entry ->
                        entry.path("value").path("referenceId").asText().equals(id))
                .toList();
        assertThat(entries).hasSize(2).allSatisfy(entry -> {
            assertThat(entry.path("key").asText()).endsWith(":KRW");
            assertThat(entry.path("headers").path(EventHeaders.CE_ID).asText())
                    .isEqualTo(entry.path("value").path("settlementId").asText());
        });
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aWalletWithoutEntriesHasBalanceZero() throws IOException {
        Response wallet = api.get("/wallets/seller-unused?currency=KRW");

        assertThat(wallet.status()).isEqualTo(200);
        assertThat(wallet.body().path("balance").asLong(-1)).isZero();
        assertThat(wallet.body().path("version").asLong(-1)).isZero();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aConfirmationWithPreferWaitRespondsWhenThePaymentIsCompleted() throws IOException {
        String id = shop.create("seller-w1", 1_000);

        Response confirmed = shop.confirm(id, UUID.randomUUID().toString(), "key-" + id, 1_000, "Prefer", "wait=30");

        assertThat(confirmed.status()).isEqualTo(200);
        assertThat(confirmed.text("status")).isEqualTo("COMPLETED");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aRepeatedRequestGetsTheSameResponseAndHasNoEffect() throws IOException {
        String createKey = UUID.randomUUID().toString();
        String body = order(newOrderId(), line("seller-r1", 5_000, 0));
        Response created = api.post("/payments", createKey, body);
        Response createdAgain = api.post("/payments", createKey, body);
        assertThat(createdAgain.body()).isEqualTo(created.body());
        assertThat(createdAgain.headers().firstValue("Idempotency-Replayed")).hasValue("true");

        String id = created.text("id");
        String key = UUID.randomUUID().toString();
        Response first = shop.confirm(id, key, "key-" + id, 5_000);
        Response second = shop.confirm(id, key, "key-" + id, 5_000);
        Response withAnotherKey = shop.confirm(id, UUID.randomUUID().toString(), "key-" + id, 5_000);

        assertThat(second.status()).isEqualTo(200);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(withAnotherKey.status()).isEqualTo(200);
        assertProblem(
                api.post("/payments", createKey, order(newOrderId(), line("seller-r1", 1, 0))),
                422,
                "idempotency-key-reused");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void tenConcurrentConfirmationsChargeOnce() throws Exception {
        String id = shop.create("seller-race", 7_000);
        List<Future<Response>> responses = new ArrayList<>();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 10; i++) {
                String key = "race-" + id + "-" + i % 3;
                responses.add(clients.submit(() -> shop.confirm(id, key, "key-" + id, 7_000)));
            }
        }
        for (Future<Response> response : responses) {
            assertThat(response.get().status()).isIn(200, 409);
        }
        assertThat(shop.awaitStatus(id, "COMPLETED").body().path("attempts").asInt())
                .isEqualTo(1);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aDeclineIsFinalAndHasThePspsCode() throws IOException {
        String id = shop.create("seller-d1", 3_000);
        String key = UUID.randomUUID().toString();

        Response declined = shop.confirm(id, key, "sim_declined_" + id, 3_000);
        Response again = shop.confirm(id, key, "sim_declined_" + id, 3_000);

        assertProblem(declined, 402, "payment-declined");
        assertThat(declined.text("pspCode")).isEqualTo("REJECT_CARD_COMPANY");
        assertThat(again.body()).isEqualTo(declined.body());
        assertThat(api.get("/payments/" + id).text("status")).isEqualTo("DECLINED");
        assertProblem(shop.confirm(id, UUID.randomUUID().toString(), "key-" + id, 3_000), 409, "payment-final");
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @ValueSource(
            strings = {
                "timeout_before_charge",
                "timeout_after_charge",
                "error_after_charge",
                "reset_after_charge",
                "garbage"
            })
    void anAmbiguousPspResponseIsUnknownUntilTheInquiryResolvesIt(String behaviour) throws IOException {
        String id = shop.create("seller-u1", 2_000);
        String key = UUID.randomUUID().toString();
        String paymentKey = "sim_" + behaviour + "_" + id;

        Response unknown = shop.confirm(id, key, paymentKey, 2_000);

        assertThat(unknown.status()).isEqualTo(202);
        assertThat(unknown.text("status")).isEqualTo("UNKNOWN");
        shop.awaitStatus(id, "COMPLETED");
        Response repeated = shop.confirm(id, key, paymentKey, 2_000);
        assertThat(repeated.status()).isEqualTo(200);
        assertThat(repeated.text("id")).isEqualTo(id);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aChargeOfAnotherAmountNeedsReview() throws IOException {
        String id = shop.create("seller-v1", 2_000);

        Response response = shop.confirm(id, UUID.randomUUID().toString(), "sim_wrong_amount_" + id, 2_000);

        assertThat(response.status()).isEqualTo(202);
        assertThat(response.text("status")).isEqualTo("REVIEW");
    }

    @ParameterizedTest(name = "{0}: {1} {2}")
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource(delimiter = '|', textBlock = """
                    an unknown field      | 400 | malformed-request | {"orderId":"order-x1","currency":"KRW","lines":[{"sellerId":"s","amount":1}],"note":"x"}
                    no JSON               | 400 | malformed-request | {"orderId":
                    a repeated field      | 400 | malformed-request | {"orderId":"order-x1","orderId":"order-x2","currency":"KRW","lines":[{"sellerId":"s","amount":1}]}
                    a number as text      | 400 | malformed-request | {"orderId":"order-x1","currency":"KRW","lines":[{"sellerId":"s","amount":"1"}]}
                    a fraction            | 400 | malformed-request | {"orderId":"order-x1","currency":"KRW","lines":[{"sellerId":"s","amount":1.5}]}
                    beyond long           | 400 | malformed-request | {"orderId":"order-x1","currency":"KRW","lines":[{"sellerId":"s","amount":9223372036854775808}]}
                    a sum beyond long     | 422 | invalid-field     | {"orderId":"order-x1","currency":"KRW","lines":[{"sellerId":"s","amount":9223372036854775807},{"sellerId":"s","amount":1}]}
                    an unknown currency   | 422 | invalid-field     | {"orderId":"order-x1","currency":"XYZ","lines":[{"sellerId":"s","amount":1}]}
                    a fee above its amount| 422 | invalid-field     | {"orderId":"order-x1","currency":"KRW","lines":[{"sellerId":"s","amount":1,"fee":2}]}
                    no lines              | 422 | invalid-field     | {"orderId":"order-x1","currency":"KRW","lines":[]}
                    nothing               | 422 | invalid-field     | {}
                    null                  | 400 | malformed-request | null
                    """)
    void anInvalidBodyIsRejectedWithTheReason(String description, int status, String code, String body)
            throws IOException {
        assertProblem(api.post("/payments", UUID.randomUUID().toString(), body), status, code);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void missingResourcesAndForbiddenRequestsAreRejectedWithTheReason() throws IOException {
        String id = shop.create("seller-m1", 4_000);
        assertProblem(shop.confirm(id, UUID.randomUUID().toString(), "key-" + id, 4_001), 422, "amount-mismatch");
        assertThat(api.get("/payments/" + id).text("status")).isEqualTo("READY");
        assertProblem(api.get("/payments/" + UUID.randomUUID()), 404, "not-found");
        assertProblem(api.get("/nothing"), 404, "not-found");
        assertProblem(api.post("/payments", "", order(newOrderId(), line("s", 1, 0))), 400, "idempotency-key-missing");
        assertProblem(api.post("/payments/" + id, "k", "{}"), 405, "method-not-allowed");
        assertProblem(
                api.post("/payments", "k", "{\"orderId\":\"" + "x".repeat(70_000) + "\"}"), 413, "body-too-large");
        try (HttpApi unauthorized = new HttpApi(stack.address().api(), "wrong")) {
            assertProblem(unauthorized.get("/payments/" + id), 401, "unauthorized");
        }
        try (HttpApi unauthorized = new HttpApi(stack.address().api(), "")) {
            assertProblem(unauthorized.get("/payments/" + id), 401, "unauthorized");
        }
        // Other spellings of the same path: the authentication must decode the path as the router does.
        String host = stack.address().api().replace("/v1", "");
        for (String spelling : List.of("/%76%31", "/v1;x", "/%761;a=b")) {
            try (HttpApi unauthorized = new HttpApi(host + spelling, "")) {
                assertProblem(unauthorized.get("/payments/" + id), 401, "unauthorized");
                assertProblem(
                        unauthorized.post("/payments", "k", order(newOrderId(), line("s", 1, 0))), 401, "unauthorized");
            }
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void anOrderHasOnePaymentUntilItIsDeclined() throws IOException {
        String orderId = newOrderId();
        String id = shop.create(order(orderId, line("seller-o1", 1_000, 0)));

        assertProblem(
                api.post("/payments", UUID.randomUUID().toString(), order(orderId, line("seller-o1", 1_000, 0))),
                409,
                "order-already-exists");

        shop.confirm(id, UUID.randomUUID().toString(), "sim_declined_" + id, 1_000);
        String second = shop.create(order(orderId, line("seller-o1", 1_000, 0)));
        assertProblem(
                shop.confirm(second, UUID.randomUUID().toString(), "sim_declined_" + id, 1_000),
                409,
                "payment-key-used");
        assertThat(shop.confirm(second, UUID.randomUUID().toString(), "key-" + second, 1_000)
                        .status())
                .isEqualTo(200);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void anUnreadableRecordBecomesADeadLetterAndDelaysNoPayment() throws Exception {
        String marker = "poison-" + UUID.randomUUID();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.address().kafka()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int partition = 0; partition < Topics.LOCAL_PARTITIONS; partition++) {
                producer.send(new ProducerRecord<>(
                                Topics.SETTLEMENT_REQUESTS.name(),
                                partition,
                                "seller-poison:KRW".getBytes(StandardCharsets.UTF_8),
                                marker.getBytes(StandardCharsets.UTF_8)))
                        .get();
            }
        }
        String id = shop.create("seller-p1", 1_000);
        shop.confirm(id, UUID.randomUUID().toString(), "key-" + id, 1_000);

        shop.awaitStatus(id, "COMPLETED");
        await().atMost(Shop.SETTLE_LIMIT).untilAsserted(() -> {
            List<String> origins = new ArrayList<>();
            new TopicReader(stack.address()).readRaw(Topics.SETTLEMENT_DEAD_LETTERS, letter -> {
                if (new String(letter.value(), StandardCharsets.UTF_8).equals(marker)) {
                    origins.add(EventHeaders.text(letter.headers(), DeadLetters.TOPIC) + "-"
                            + EventHeaders.text(letter.headers(), DeadLetters.PARTITION));
                }
            });
            assertThat(origins)
                    .containsExactlyInAnyOrder(
                            "settlement.requests-0",
                            "settlement.requests-1",
                            "settlement.requests-2",
                            "settlement.requests-3");
        });
    }

    private static void assertProblem(Response response, int status, String code) {
        assertThat(response.status()).as("%s", response).isEqualTo(status);
        assertThat(response.text("code")).isEqualTo(code);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(response.text("detail")).isNotBlank();
    }

    private static List<JsonNode> json(String lines) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        List<JsonNode> parsed = new ArrayList<>();
        for (String line : lines.lines().filter(text -> text.startsWith("{")).toList()) {
            parsed.add(mapper.readTree(line));
        }
        return parsed;
    }
}
