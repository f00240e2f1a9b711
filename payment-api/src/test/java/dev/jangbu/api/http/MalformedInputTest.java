package dev.jangbu.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Invalid input of every call is answered with a 4xx problem. */
class MalformedInputTest {

    private static final int BODY_LIMIT = 64 * 1024;

    private final Client client = Testbed.client();
    private final TestOrder shop = new TestOrder(client);

    /** Bodies that are invalid for every call. */
    static List<String> notJsonObjects() {
        return List.of(
                "",
                " ",
                "null",
                "true",
                "1",
                "\"text\"",
                "[]",
                "[{}]",
                "{",
                "}",
                "{]",
                "{\"orderId\"",
                "{\"orderId\":",
                "{'orderId':'order-1'}",
                "{orderId:1}",
                "// comment\n{}",
                "{}{}",
                "{} x",
                "{,}",
                "NaN",
                "\u0000",
                "\ufeff{}",
                "<payment/>",
                "orderId=order-1",
                "[".repeat(5_000),
                "[".repeat(5_000) + "]".repeat(5_000),
                "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000));
    }

    @Test
    void bodiesThatAreNotJsonObjectsAreRefusedByEveryCall() {
        String id = shop.create(1_000).is(201).id();
        for (String path : callsWithBody(id)) {
            for (String body : notJsonObjects()) {
                refused(path, body);
            }
        }
        shop.read(id).is(200).of("READY");
    }

    @Test
    void unknownAndRepeatedFieldsAreRefusedByEveryCall() {
        String id = shop.create(1_000).is(201).id();
        for (Map.Entry<String, String> call : validBodies(id).entrySet()) {
            String rest = call.getValue().substring(1);
            refused(call.getKey(), "{\"unheardOf\":1," + rest).problem(400, "malformed-request");
            String first = rest.substring(0, rest.indexOf(':'));
            refused(call.getKey(), "{" + first + ":null," + rest).problem(400, "malformed-request");
        }
        shop.read(id).is(200).of("READY");
    }

    /** Values that are not amounts in minor units: of another type, outside the range of long, or not positive. */
    static List<String> notAmounts() {
        return List.of(
                "0",
                "-1",
                "-0",
                "1.0",
                "1.5",
                "1e3",
                "1E400",
                "1e-400",
                "01",
                "+1",
                "0x10",
                "NaN",
                "Infinity",
                "\"1000\"",
                "\"\"",
                "true",
                "null",
                "[]",
                "[1000]",
                "{}",
                "9223372036854775808",
                "-9223372036854775808",
                "-9223372036854775809",
                "18446744073709552616",
                "1".repeat(900),
                "1".repeat(2_000));
    }

    @ParameterizedTest
    @MethodSource("notAmounts")
    void invalidAmountsAreRefusedInEveryField(String value) {
        String id = shop.create(1_000).is(201).id();

        TestOrder other = new TestOrder(client);
        refused("/payments", creation(other, "KRW", value, "0"));
        refused(
                "/payments/" + id + "/confirm",
                "{\"paymentKey\":\"%s\",\"amount\":%s}".formatted(shop.paymentKey(), value));
        refused("/wallets/" + shop.seller(1) + "/payouts", payout("KRW", value));
        if (!value.equals("null")) {
            refused("/payments/" + id + "/refunds", "{\"reason\":\"x\",\"amount\":%s}".formatted(value));
        }
        refused(
                "/payments/" + id + "/refunds",
                "{\"reason\":\"x\",\"lines\":[{\"lineId\":\"1\",\"amount\":%s}]}".formatted(value));

        shop.read(id).is(200).of("READY");
    }

    @Test
    void anAmountOrASumBeyondTheLimitIsRefusedAndTheLargestAmountIsAccepted() {
        long max = 1_000_000_000_000_000L;

        assertThat(refused("/payments", shop.creation(max, 1))
                        .problem(422, "invalid-field")
                        .get("detail"))
                .isEqualTo("lines must sum to at most 1000000000000000, in minor units");
        assertThat(refused("/payments", shop.creation(max + 1))
                        .problem(422, "invalid-field")
                        .get("detail"))
                .isEqualTo("lines[0].amount must be an integer from 1 to 1000000000000000, in minor units");
        refused("/payments", shop.creation(Long.MAX_VALUE, Long.MAX_VALUE)).problem(422, "invalid-field");
        refused("/wallets/" + shop.seller(1) + "/payouts", payout("KRW", Long.toString(max + 1)))
                .problem(422, "invalid-field");

        Reply created = shop.create(max).is(201);
        assertThat(created.number("amount")).isEqualTo(max);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "1001", "9223372036854775807", "1.0", "\"1\"", "true", "[]"})
    void anInvalidFeeIsRefused(String fee) {
        refused("/payments", creation(shop, "KRW", "1000", fee));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"krw\"",
                "\"Krw\"",
                "\"KR\"",
                "\"KRWW\"",
                "\"\"",
                "\" KRW\"",
                "\"ABC\"",
                "\"KR\\u0000\"",
                "\"\\ud800\"",
                "\"원\"",
                "410",
                "null",
                "[]",
                "{}"
            })
    void invalidCurrenciesAreRefused(String currency) {
        refused(
                "/payments",
                "{\"orderId\":\"%s\",\"currency\":%s,\"lines\":[{\"sellerId\":\"a\",\"amount\":1}]}"
                        .formatted(shop.orderId(), currency));
        refused("/wallets/a/payouts", "{\"amount\":1,\"currency\":%s,\"destination\":\"bank\"}".formatted(currency));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"abcde\"",
                "\"\"",
                "\"order 1\"",
                "\"order-1\\n\"",
                "\"order\\u0000-1\"",
                "\"order-\\ud800\"",
                "\"주문-00001\"",
                "\"order/1\"",
                "123456",
                "null",
                "[\"order-1\"]"
            })
    void invalidOrderIdsAreRefused(String orderId) {
        refused(
                "/payments",
                "{\"orderId\":%s,\"currency\":\"KRW\",\"lines\":[{\"sellerId\":\"a\",\"amount\":1}]}"
                        .formatted(orderId));
    }

    @Test
    void anOrderIdMayHave64Characters() {
        String longest = (shop.orderId() + "-".repeat(64)).substring(0, 64);
        String body = "{\"orderId\":\"%s\",\"currency\":\"KRW\",\"lines\":[{\"sellerId\":\"a\",\"amount\":1}]}";

        refused("/payments", body.formatted(longest + "x")).problem(422, "invalid-field");
        client.post("/payments", body.formatted(longest)).is(201);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "{}",
                "\"\"",
                "[]",
                "[null]",
                "[[]]",
                "[1]",
                "[{}]",
                "[{\"sellerId\":\"a\"}]",
                "[{\"amount\":1}]",
                "[{\"sellerId\":\"\",\"amount\":1}]",
                "[{\"sellerId\":\"a b\",\"amount\":1}]",
                "[{\"sellerId\":\"a\\u0000\",\"amount\":1}]",
                "[{\"sellerId\":\"\\udfff\",\"amount\":1}]",
                "[{\"sellerId\":1,\"amount\":1}]",
                "[{\"sellerId\":null,\"amount\":1}]",
                "[{\"sellerId\":\"a\",\"amount\":1,\"amount\":2}]",
                "[{\"sellerId\":\"a\",\"amount\":1,\"lineId\":\"1\"}]"
            })
    void invalidLinesAreRefused(String lines) {
        refused("/payments", "{\"orderId\":\"%s\",\"currency\":\"KRW\",\"lines\":%s}".formatted(shop.orderId(), lines));
    }

    @Test
    void aPaymentMayHave100Lines() {
        refused(
                        "/payments",
                        shop.creation(IntStream.range(0, 101).mapToLong(i -> 10).toArray()))
                .problem(422, "invalid-field");

        Reply created = client.post(
                "/payments",
                shop.creation(IntStream.range(0, 100).mapToLong(i -> 10).toArray()));
        assertThat(created.is(201).json().get("lines")).hasSize(100);
    }

    static Stream<String> notMetadata() {
        return Stream.of(
                "[]",
                "\"\"",
                "1",
                "{\"k\":1}",
                "{\"k\":null}",
                "{\"k\":true}",
                "{\"k\":{}}",
                "{\"k\":[]}",
                "{\"k\":\"a\\u0000b\"}",
                "{\"k\":\"\\ud800\"}",
                "{\"k\":\"\\udc00\\ud800\"}",
                "{\"k\\u0000\":\"v\"}",
                "{\"\\ud800\":\"v\"}",
                "{\"k\":\"v\",\"k\":\"w\"}",
                "{\"%s\":\"v\"}".formatted("k".repeat(41)),
                "{\"k\":\"%s\"}".formatted("v".repeat(501)),
                IntStream.range(0, 51)
                        .mapToObj(i -> "\"k%d\":\"v\"".formatted(i))
                        .collect(Collectors.joining(",", "{", "}")));
    }

    @ParameterizedTest
    @MethodSource("notMetadata")
    void invalidMetadataIsRefused(String metadata) {
        refused(
                "/payments",
                "{\"orderId\":\"%s\",\"currency\":\"KRW\",\"lines\":[{\"sellerId\":\"a\",\"amount\":1}],\"metadata\":%s}"
                        .formatted(shop.orderId(), metadata));
    }

    @Test
    void lengthsAreUnicodeCodePoints() {
        String creation =
                "{\"orderId\":\"%s\",\"currency\":\"KRW\",\"lines\":[{\"sellerId\":\"a\",\"amount\":1}],\"metadata\":{\"%s\":\"%s\"}}";
        refused("/payments", creation.formatted(shop.orderId(), "🎁".repeat(40), "🎁".repeat(501)));
        refused("/payments", creation.formatted(shop.orderId(), "🎁".repeat(41), "🎁".repeat(500)));
        String id = client.post("/payments", creation.formatted(shop.orderId(), "🎁".repeat(40), "🎁".repeat(500)))
                .is(201)
                .id();
        shop.confirm(id, 1).is(200);

        refused("/payments/" + id + "/refunds", "{\"reason\":\"" + "🎁".repeat(201) + "\"}");
        client.post("/payments/" + id + "/refunds", "{\"reason\":\"" + "🎁".repeat(200) + "\"}")
                .is(201);
        String payout = "{\"amount\":1,\"currency\":\"KRW\",\"destination\":\"%s\"}";
        String payouts = "/wallets/" + shop.seller(1) + "/payouts";
        refused(payouts, payout.formatted("🎁".repeat(201)));
        client.post(payouts, payout.formatted("🎁".repeat(200))).is(202);
    }

    @Test
    void metadataKeepTheirOrder() {
        String metadata = "{\"z\":\"1\",\"b\":\"2\",\"aa\":\"3\",\"10\":\"4\",\"9\":\"5\",\"Z\":\"6\",\"\":\"7\"}";
        Reply created = client.post(
                        "/payments",
                        "{\"orderId\":\"%s\",\"currency\":\"KRW\",\"lines\":[{\"sellerId\":\"a\",\"amount\":1}],\"metadata\":%s}"
                                .formatted(shop.orderId(), metadata))
                .is(201);

        assertThat(created.text()).contains("\"metadata\":" + metadata);
        assertThat(shop.read(created.id()).text()).contains("\"metadata\":" + metadata);
        assertThat(shop.confirm(created.id(), 1).is(200).text()).contains("\"metadata\":" + metadata);
    }

    @Test
    void metadataOfAnyScriptIsReturnedUnchanged() {
        String metadata = "{\"선물\":\"네, 포장해 주세요 🎁\",\"quote\":\"\\\"\\\\\\u2028\\t\",\"" + "k".repeat(40) + "\":\""
                + "값".repeat(500) + "\"}";
        Reply created = client.post(
                        "/payments",
                        "{\"orderId\":\"%s\",\"currency\":\"KRW\",\"lines\":[{\"sellerId\":\"a\",\"amount\":1}],\"metadata\":%s}"
                                .formatted(shop.orderId(), metadata))
                .is(201);

        assertThat(shop.read(created.id()).is(200).json().get("metadata"))
                .isEqualTo(new tools.jackson.databind.json.JsonMapper().readTree(metadata));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "\" \"", "null", "1", "true", "[]", "{}", "\"a\\u0000b\"", "\"\\ud800\""})
    void invalidPaymentKeysAreRefused(String paymentKey) {
        String id = shop.create(1_000).is(201).id();

        refused("/payments/" + id + "/confirm", "{\"paymentKey\":%s,\"amount\":1000}".formatted(paymentKey));

        shop.read(id).is(200).of("READY");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "true", "[]", "{}", "\"a\\u0000b\"", "\"\\ud800\"", "LONG"})
    void invalidReasonsAreRefused(String reason) {
        String id = shop.create(1_000).is(201).id();
        String value = reason.equals("LONG") ? "\"" + "r".repeat(201) + "\"" : reason;

        refused("/payments/" + id + "/cancel", "{\"reason\":%s}".formatted(value));
        refused("/payments/" + id + "/refunds", "{\"reason\":%s}".formatted(value));

        shop.read(id).is(200).of("READY");
    }

    @Test
    void aBodyOver64KiBIsRefusedWithAndWithoutContentLength() {
        String id = shop.create(1_000).is(201).id();
        for (String path : callsWithBody(id)) {
            byte[] body = ("{\"reason\":\"" + "x".repeat(BODY_LIMIT) + "\"}").getBytes(StandardCharsets.UTF_8);
            Reply announced = client.send(
                    posting(path).POST(BodyPublishers.ofByteArray(body)).build());
            announced.problem(413, "body-too-large");
            Reply chunked = client.send(posting(path)
                    .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(body)))
                    .build());
            chunked.problem(413, "body-too-large");
        }
        String padded = shop.creation(1_000);
        padded = " ".repeat(BODY_LIMIT - padded.length()) + padded;
        new TestOrder(client).read(id).is(200);
        client.post("/payments", padded).problem(409, "order-already-exists");
    }

    @Test
    void bodiesThatAreNotUtf8AreRefused() {
        String body = shop.creation(1_000);
        for (byte[] bytes : List.of(
                body.getBytes(StandardCharsets.UTF_16),
                body.getBytes(StandardCharsets.UTF_16LE),
                (body.substring(0, body.length() - 1) + ",\"metadata\":{\"k\":\"é\"}}")
                        .getBytes(StandardCharsets.ISO_8859_1),
                withBytes(body, 0xC0, 0xAF),
                withBytes(body, 0xED, 0xA0, 0x80),
                withBytes(body, 0xF5, 0x80, 0x80, 0x80),
                withBytes(body, 0xE2, 0x82))) {
            Reply reply = client.send(
                    posting("/payments").POST(BodyPublishers.ofByteArray(bytes)).build());
            assertRefused(reply, "body of bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/xml",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "*/*",
                "application/*",
                "application/json-patch+json"
            })
    void otherMediaTypesAreUnsupported(String type) {
        Reply reply = client.send(client.request("/payments")
                .header("Content-Type", type)
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(BodyPublishers.ofString(shop.creation(1_000)))
                .build());

        reply.isAnyProblem();
        assertThat(reply.status()).as("%s", reply).isIn(400, 415);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application",
                "application/",
                "/json",
                ";",
                "application/json;",
                "application/json; charset=klingon"
            })
    void anUnparsableMediaTypeCausesNoServerError(String type) {
        Reply reply = client.send(client.request("/payments")
                .header("Content-Type", type)
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(BodyPublishers.ofString(shop.creation(1_000)))
                .build());

        assertNoServerError(reply, type);
    }

    @Test
    void aBodyWithoutAMediaTypeIsUnsupported() {
        client.send(client.request("/payments")
                        .header("Idempotency-Key", UUID.randomUUID().toString())
                        .POST(BodyPublishers.ofString(shop.creation(1_000)))
                        .build())
                .problem(415, "unsupported-media-type");
    }

    @Test
    void everyPostRequiresAnIdempotencyKey() {
        String id = shop.create(1_000).is(201).id();
        validBodies(id).forEach((path, body) -> client.send(client.request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build())
                .problem(400, "idempotency-key-missing"));
        shop.read(id).is(200).of("READY");
    }

    @Test
    void invalidIdempotencyKeysAreRefused() {
        // ASCII only: the JDK's client replaces other letters by question marks.
        for (String key : List.of(" ", "two words", "a\tb", "k".repeat(256), "\"\"", "\"", "\"a")) {
            Reply reply = client.send(client.request("/payments")
                    .header("Content-Type", "application/json")
                    .header("Idempotency-Key", key)
                    .POST(BodyPublishers.ofString(shop.creation(1_000)))
                    .build());
            if (!List.of("\"", "\"a").contains(key)) {
                assertThat(reply.isAnyProblem().status())
                        .as("%s: %s", key, reply)
                        .isEqualTo(400);
            }
            assertNoServerError(reply, key);
        }
        client.postKeyed(
                        "k".repeat(220) + UUID.randomUUID().toString().substring(1),
                        "/payments",
                        new TestOrder(client).creation(1_000))
                .is(201);
    }

    @Test
    void twoIdempotencyKeysAreRefused() {
        client.send(client.request("/payments")
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", UUID.randomUUID().toString())
                        .header("Idempotency-Key", UUID.randomUUID().toString())
                        .POST(BodyPublishers.ofString(shop.creation(1_000)))
                        .build())
                .problem(400, "malformed-request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wait",
                "wait=",
                "wait=-1",
                "wait=1.5",
                "wait=99999999999999999999",
                "wait=abc",
                "respond-async=maybe",
                ",,;;==",
                "handling=strict",
                "\"",
                "wait=\"1"
            })
    void invalidPreferencesAreIgnored(String prefer) {
        String id = shop.create(1_000).is(201).id();

        client.get("/payments/" + id, "Prefer", prefer).is(200).of("READY");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "1",
                "0",
                "-",
                "null",
                "undefined",
                "00000000-0000-0000-0000-000000000000",
                "0199c0de-0000-7000-8000-00000000000",
                "0199c0de00007000800000000000000001",
                "1-1-1-1-1",
                "%7B0199c0de-0000-7000-8000-000000000001%7D",
                "%00",
                "%ED%A0%80",
                "%20",
                "a%2Fb",
                "..%2f..",
                "x;y=z",
                "%F0%9F%8E%81"
            })
    void invalidIdsAreNotFound(String id) {
        for (String path : List.of(
                "/payments/" + id,
                "/payments/" + id + "/history",
                "/payments/" + id + "/refunds",
                "/refunds/" + id,
                "/payouts/" + id)) {
            assertRefused(client.get(path), path);
        }
        for (Map.Entry<String, String> call : validBodies(id).entrySet()) {
            if (call.getKey().contains("/" + id + "/")) {
                assertRefused(client.post(call.getKey(), call.getValue()), call.getKey());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=101",
                "limit=-1",
                "limit=abc",
                "limit=",
                "limit=1.0",
                "limit=99999999999999999999",
                "limit=1&limit=2",
                "cursor=%00",
                "cursor=!!!",
                "cursor=AAAA",
                "cursor=a&cursor=b",
                "status=LOST",
                "status=",
                "status=ready",
                "orderId=%00",
                "sellerId=%00",
                "from=yesterday",
                "from=2026-13-01T00:00:00Z",
                "to=0",
                "from=%2B999999999-12-31T23:59:59Z",
                "to=-999999999-01-01T00:00:00Z",
                "unheardOf=1",
                "limit[]=1",
                "Limit=1"
            })
    void invalidListParametersAreRefused(String query) {
        assertRefusedQuery(client.get("/payments?" + query), query);
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "cursor=!!!", "status=LOST", "sellerId=%00", "unheardOf=1"})
    void invalidParametersOfThePayoutListAreRefused(String query) {
        assertRefusedQuery(client.get("/payouts?" + query), query);
    }

    /** NUL is refused for every request, before the parameters are parsed. */
    private static void assertRefusedQuery(Reply reply, String query) {
        if (query.contains("%00")) {
            reply.problem(400, "malformed-request");
        } else {
            reply.problem(422, "invalid-field");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "abc",
                "\"\"",
                "\"x\"",
                "-1",
                "1.5",
                "99999999999999999999",
                "\"1\" \"2\"",
                "*, \"1\"",
                "W/1",
                ",",
                "W/\"1\"",
                "\"1"
            })
    void invalidIfMatchHeadersAreRefused(String version) {
        Reply reply = client.post("/wallets/" + shop.seller(1) + "/payouts", payout("KRW", "1"), "If-Match", version);

        assertRefused(reply, version);
    }

    @Test
    void unknownPathsAndMethodsAreRefused() {
        client.get("/nothing").problem(404, "not-found");
        client.get("").problem(404, "not-found");
        client.post("/payments/x/y/z", "{}").problem(404, "not-found");
        for (String method : List.of("PUT", "PATCH", "DELETE", "PROPFIND")) {
            Reply reply = client.send(client.request("/payments")
                    .method(method, BodyPublishers.ofString("{}"))
                    .build());
            reply.problem(405, "method-not-allowed");
            assertThat(reply.header("Allow").split(",")).containsExactlyInAnyOrder("GET", "HEAD", "POST");
        }
    }

    private Reply refused(String path, String body) {
        Reply reply = client.post(path, body);
        assertRefused(reply, path + " " + body.substring(0, Math.min(200, body.length())));
        return reply;
    }

    private static void assertRefused(Reply reply, String what) {
        assertThat(reply.status()).as("%s: %s", what, reply).isBetween(400, 499);
        reply.isAnyProblem();
    }

    private static void assertNoServerError(Reply reply, String what) {
        assertThat(reply.status()).as("%s: %s", what, reply).isLessThan(500);
        if (reply.status() >= 400) {
            reply.isAnyProblem();
        }
    }

    private HttpRequest.Builder posting(String path) {
        return client.request(path)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString());
    }

    private static List<String> callsWithBody(String payment) {
        return new ArrayList<>(validBodies(payment).keySet());
    }

    /** A valid body for every call that takes one. */
    private static Map<String, String> validBodies(String payment) {
        return Map.of(
                "/payments",
                "{\"orderId\":\"order-%s\",\"currency\":\"KRW\",\"lines\":[{\"sellerId\":\"a\",\"amount\":1}]}"
                        .formatted(UUID.randomUUID()),
                "/payments/" + payment + "/confirm",
                "{\"paymentKey\":\"key-%s\",\"amount\":1000}".formatted(UUID.randomUUID()),
                "/payments/" + payment + "/cancel",
                "{\"reason\":\"none\"}",
                "/payments/" + payment + "/refunds",
                "{\"reason\":\"none\"}",
                "/payments/" + payment + "/resolve",
                "{\"outcome\":\"APPROVED\",\"evidence\":\"seen\"}",
                "/refunds/" + payment + "/resolve",
                "{\"outcome\":\"APPROVED\",\"evidence\":\"seen\"}",
                "/wallets/seller-a/payouts",
                payout("KRW", "1000"));
    }

    private static String creation(TestOrder shop, String currency, String amount, String fee) {
        return "{\"orderId\":\"%s\",\"currency\":\"%s\",\"lines\":[{\"sellerId\":\"a\",\"amount\":%s,\"fee\":%s}]}"
                .formatted(shop.orderId(), currency, amount, fee);
    }

    private static String payout(String currency, String amount) {
        return "{\"amount\":%s,\"currency\":\"%s\",\"destination\":\"bank-1\"}".formatted(amount, currency);
    }

    private static byte[] withBytes(String body, int... bytes) {
        byte[] before =
                (body.substring(0, body.length() - 1) + ",\"metadata\":{\"k\":\"").getBytes(StandardCharsets.UTF_8);
        byte[] after = "\"}}".getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[before.length + bytes.length + after.length];
        System.arraycopy(before, 0, all, 0, before.length);
        for (int i = 0; i < bytes.length; i++) {
            all[before.length + i] = (byte) bytes[i];
        }
        System.arraycopy(after, 0, all, before.length + bytes.length, after.length);
        return all;
    }
}
