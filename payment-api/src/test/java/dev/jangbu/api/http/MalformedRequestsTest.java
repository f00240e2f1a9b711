package dev.jangbu.api.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.ProblemCode;
import dev.jangbu.testsupport.RawHttp;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Malformed requests get a 4xx status and a complete problem, which echoes nothing of the body. */
class MalformedRequestsTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static HttpTestServer server;

    @BeforeAll
    static void start() {
        server = new HttpTestServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "\"secret\"",
                "5",
                "true",
                "{}{}",
                "{",
                "{,}",
                "// secret\n{}",
                "{'orderId':'secret'}",
                "{\"orderId\":\"sec\nret\"}",
                "{\"secret secret\":1}",
                "{\"amount\":1,\"amount\":2}",
                "{\"metadata\":{\"a\":\"1\",\"a\":\"2\"}}",
                "{\"amount\":9223372036854775808}",
                "{\"amount\":-9223372036854775809}",
                "{\"amount\":1e3}",
                "{\"amount\":1.0}",
                "{\"amount\":\"5\"}",
                "{\"amount\":\"\"}",
                "{\"amount\":\" \"}",
                "{\"amount\":\"\\u0000\"}",
                "{\"amount\":true}",
                "{\"amount\":[1]}",
                "{\"amount\":NaN}",
                "{\"amount\":01}",
                "{\"amount\":+1}",
                "{\"orderId\":5}",
                "{\"orderId\":5.5}",
                "{\"orderId\":true}",
                "{\"orderId\":[\"secret\"]}",
                "{\"orderId\":\"secret\\u0000\"}",
                "{\"orderId\":\"\\ud800\"}",
                "{\"orderId\":\"\\udc00\\ud800\"}",
                "{\"metadata\":{\"secret\\u0000\":\"b\"}}",
                "{\"metadata\":{\"a\":\"\\udfff\"}}",
                "{\"metadata\":{\"\\ud800\":\"b\"}}",
                "{\"metadata\":{\"a\":1}}",
                "{\"metadata\":\"\"}",
                "{\"metadata\":\" \"}",
                "{\"metadata\":[]}",
                "{\"lines\":\"\"}",
                "{\"lines\":\" \"}",
                "{\"lines\":{}}",
                "{\"lines\":[[]]}",
                "{\"outcome\":0}",
                "{\"outcome\":\"approved\"}",
                "{\"outcome\":\"0\"}",
                "{\"outcome\":\" \"}",
            })
    void invalidBodiesAreRefused(String body) throws IOException {
        refused(400, post("application/json", body.getBytes(UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"lines\":[", "{\"metadata\":{\"a\":", "{\"a\":"})
    void deeplyNestedBodiesAreRefused(String level) throws IOException {
        refused(400, post("application/json", level.repeat(3_000).getBytes(UTF_8)));
    }

    @Test
    void longNumbersAreRefused() throws IOException {
        refused(400, post("application/json", ("{\"amount\":" + "9".repeat(5_000) + "}").getBytes(UTF_8)));
    }

    static Stream<Arguments> otherEncodings() {
        String body = "{\"orderId\":\"secret é\"}";
        return Stream.of(
                Arguments.of("UTF-16 with byte order mark", body.getBytes(UTF_16)),
                Arguments.of("UTF-16 without byte order mark", body.getBytes(UTF_16LE)),
                Arguments.of("UTF-32", body.getBytes(Charset.forName("UTF-32BE"))),
                Arguments.of("UTF-8 with a byte order mark", ("\uFEFF" + body).getBytes(UTF_8)),
                Arguments.of("Latin 1", body.getBytes(ISO_8859_1)),
                Arguments.of("U+0000 in two bytes", "{\"orderId\":\"\u00c0\u0080\"}".getBytes(ISO_8859_1)),
                Arguments.of("an unpaired surrogate", "{\"orderId\":\"\u00ed\u00a0\u0080\"}".getBytes(ISO_8859_1)),
                Arguments.of("truncated within a character", "{\"orderId\":\"\u00e2\u0082\"}".getBytes(ISO_8859_1)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("otherEncodings")
    void bodiesInOtherEncodingsAreRefused(String name, byte[] body) throws IOException {
        refused(400, post("application/json", body));
    }

    @Test
    void bodiesOver64KiBAreRefusedWithAndWithoutContentLength() throws IOException {
        byte[] fits = orderOf(64 * 1024);
        byte[] oneMore = orderOf(64 * 1024 + 1);

        assertThat(post("application/json", fits).status()).isEqualTo(201);
        refused(413, post("application/json", oneMore));
        refused(413, post("application/json", orderOf(2 * 1024 * 1024)));
        assertThat(send(chunked(fits)).status()).isEqualTo(201);
        refused(413, send(chunked(oneMore)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "application/problem+json",
                "application/json;charset=utf-16",
                "application/json;charset=iso-8859-1",
                "application/json;charset=nonsense",
                "application/json, text/plain",
                "application/*",
                "application/",
                "nonsense",
                "application/json\nContent-Encoding: gzip",
            })
    void bodiesOfOtherMediaTypesAreRefused(String contentType) throws IOException {
        refused(415, post(contentType, "{}".getBytes(UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type: text/plain",
                "Idempotency-Key: another",
                "Host: another",
                "Content-Length: 2",
                "Content-Length: 3",
                "Transfer-Encoding: chunked",
                "Transfer-Encoding: gzip",
                "Transfer-Encoding: identity",
                "Accept: ///",
                "bad header: x",
                "X : y",
                "X: \u0000",
                "no colon",
            })
    void ambiguousHeadersAreRefused(String header) throws IOException {
        refused(400, post("application/json\n" + header, "{}".getBytes(UTF_8)));
    }

    @Test
    void longHeadersAndRequestLinesAreRefused() throws IOException {
        refused(431, get("/v1/orders/1", "X: " + "a".repeat(20_000)));
        refused(414, get("/v1/orders/" + "a".repeat(20_000), "X: y"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/orders/%zz",
                "/v1/orders/%",
                "/v1/orders/%c0%80",
                "/v1/orders/%ff",
                "/v1/orders/a%00b",
                "/v1/orders/a b",
                "/v1/orders/{a}",
                "/v1/orders/a|b",
                "/v1/orders/\u00e9",
                "/v1/orders/a?x=%zz",
                "/v1/orders/a?x=%00",
                "/v1/orders/a?x=%ed%a0%80",
                "/v1/orders/a?%",
            })
    void invalidTargetsAreRefused(String target) throws IOException {
        refused(400, get(target, "X: y"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"GET", "nonsense", "nonsense nonsense nonsense nonsense", "GET /v1/orders/1", "GET / HTTP/2.0"})
    void invalidRequestLinesAreRefused(String line) throws IOException {
        refused(400, send((line + "\r\nHost: x\r\n\r\n").getBytes(ISO_8859_1)));
    }

    @Test
    void anInvalidChunkIsRefused() throws IOException {
        refused(
                400,
                RawHttp.send(
                        server.port(),
                        head("application/json") + "Transfer-Encoding: chunked\n\nzz\n{}\n0\n\n",
                        new byte[0]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "TRACE", "NONSENSE"})
    void anUnsupportedMethodIsAnsweredWithTheAllowedOnes(String method) throws IOException {
        RawHttp.Response response = send((method + " /v1/orders HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(ISO_8859_1));

        refused(405, response);
        assertThat(response.headers()).containsEntry("allow", "POST");
    }

    @Test
    void validRequestsPass() throws IOException {
        String valid =
                "{\"orderId\":\"\\ud83d\\ude00 é 장부\",\"amount\":9223372036854775807,\"lines\":[null],\"outcome\":\"APPROVED\"}";

        assertThat(post("application/json", valid.getBytes(UTF_8)).status()).isEqualTo(201);
        assertThat(post("application/json; charset=UTF-8", valid.getBytes(UTF_8))
                        .status())
                .isEqualTo(201);
        assertThat(get("/v1/orders/%EC%9E%A5%EB%B6%80?x=%25", "X: y").status()).isEqualTo(200);
    }

    private static void refused(int status, RawHttp.Response response) {
        assertThat(response.status()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().get("content-type")).isEqualTo("application/problem+json");
        assertThat(response.body()).doesNotContain("secret");
        JsonNode problem = JSON.readTree(response.body());
        String code = problem.path("code").asString();
        ProblemCode known = Arrays.stream(ProblemCode.values())
                .filter(candidate -> candidate.text().equals(code))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no such code: " + response.body()));
        assertThat(known.status()).isEqualTo(status);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("type").asString()).isEqualTo("urn:jangbu:problem:" + code);
        assertThat(problem.path("title").asString()).isEqualTo(known.title());
        assertThat(problem.path("detail").asString()).isNotBlank();
        assertThat(problem.path("instance").asString()).startsWith("/");
    }

    private static RawHttp.Response post(String contentType, byte[] body) throws IOException {
        return RawHttp.send(server.port(), head(contentType) + "Content-Length: " + body.length + "\n\n", body);
    }

    private static RawHttp.Response get(String target, String header) throws IOException {
        return RawHttp.send(server.port(), "GET " + target + " HTTP/1.1\nHost: x\n" + header + "\n\n", new byte[0]);
    }

    private static RawHttp.Response send(byte[] request) throws IOException {
        return RawHttp.send(server.port(), request);
    }

    private static String head(String contentType) {
        return "POST /v1/orders HTTP/1.1\nHost: x\nIdempotency-Key: key\nContent-Type: " + contentType + "\n";
    }

    private static byte[] orderOf(int bytes) {
        String frame = "{\"orderId\":\"\"}";
        return frame.replace("\"\"", "\"" + "a".repeat(bytes - frame.length()) + "\"")
                .getBytes(UTF_8);
    }

    private static byte[] chunked(byte[] body) {
        int size = 8_192;
        String text = new String(body, ISO_8859_1);
        String chunks = Stream.iterate(0, at -> at < text.length(), at -> at + size)
                .map(at -> text.substring(at, Math.min(at + size, text.length())))
                .map(chunk -> Integer.toHexString(chunk.length()) + "\r\n" + chunk + "\r\n")
                .collect(Collectors.joining());
        return (head("application/json").replace("\n", "\r\n") + "Transfer-Encoding: chunked\r\n\r\n" + chunks
                        + "0\r\n\r\n")
                .getBytes(ISO_8859_1);
    }
}
