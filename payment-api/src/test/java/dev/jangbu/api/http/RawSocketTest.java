package dev.jangbu.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Instance;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.testsupport.RawHttp;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Invalid requests on a socket: the service answers 4xx or closes the connection, and continues to work. */
class RawSocketTest {

    private final Client client = Testbed.client();

    @Test
    void invalidTargetsAreRefused() throws IOException {
        for (String target : List.of(
                "/v1/payments/%",
                "/v1/payments/%z",
                "/v1/payments/%zz",
                "/v1/payments/%C0%AF",
                "/v1/payments/%E0%80%80",
                "/v1/payments?limit=%",
                "/v1/payments?limit=%zz",
                "/v1/payments?%00",
                "/v1/payments?%zz=1",
                "/v1/payments?orderId=%C0%AF",
                "/v1/payments/a b",
                "/v1/payments/\u00e9",
                "/v1/payments/<script>",
                "/v1/payments/\"\\^`{|}",
                "/v1/../v1/payments/x",
                "/v1//payments//x",
                "/v1/./payments/x",
                "//v1/payments/x",
                "/v1\\payments\\x",
                "/v1/payments/" + "x".repeat(3_000),
                "http://127.0.0.1/v1/payments/x",
                "http://[::1/v1/payments/x",
                "*",
                "?",
                "#")) {
            assertRefused(target, send(get(target)));
        }
    }

    @Test
    void invalidRequestsAreRefused() throws IOException {
        String key = "Authorization: Bearer " + Testbed.API_KEY + "\r\n";
        Map<String, String> oddities = Map.ofEntries(
                Map.entry("text", "hello\r\n\r\n"),
                Map.entry("binary", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n"),
                Map.entry("another protocol", "GET /v1/payments/x SPDY/9\r\n\r\n"),
                Map.entry("another version", "GET /v1/payments/x HTTP/3.7\r\nHost: a\r\n" + key + "\r\n"),
                Map.entry("no version", "GET /v1/payments/x\r\n\r\n"),
                Map.entry("no method", " /v1/payments/x HTTP/1.1\r\nHost: a\r\n\r\n"),
                Map.entry("odd method", "G@T /v1/payments/x HTTP/1.1\r\nHost: a\r\n" + key + "\r\n"),
                Map.entry("lower-case method", "get /v1/payments/x HTTP/1.1\r\nHost: a\r\n" + key + "\r\n"),
                Map.entry("a header without a colon", "GET /v1/payments/x HTTP/1.1\r\nHost a\r\n" + key + "\r\n"),
                Map.entry("a header without a name", "GET /v1/payments/x HTTP/1.1\r\n: a\r\n" + key + "\r\n"),
                Map.entry("a NUL in a header", "GET /v1/payments/x HTTP/1.1\r\nHost: a\u0000b\r\n" + key + "\r\n"),
                Map.entry("a folded header", "GET /v1/payments/x HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n" + key + "\r\n"),
                Map.entry("a long header", "GET /v1/payments/x HTTP/1.1\r\nX: " + "x".repeat(100_000) + "\r\n\r\n"),
                Map.entry("many headers", "GET /v1/payments/x HTTP/1.1\r\n" + "X: y\r\n".repeat(5_000) + "\r\n"),
                Map.entry("a long address", "GET /v1/payments/" + "x".repeat(100_000) + " HTTP/1.1\r\nHost: a\r\n\r\n"),
                Map.entry("two keys", "GET /v1/payments/x HTTP/1.1\r\nHost: a\r\n" + key + key + "\r\n"),
                Map.entry("an empty key", "GET /v1/payments/x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer\r\n\r\n"),
                Map.entry(
                        "a key of NUL",
                        "GET /v1/payments/x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \u00ff\r\n\r\n"),
                Map.entry("an invalid length", post(key, "Content-Length: x\r\n", "{}")),
                Map.entry("a length below zero", post(key, "Content-Length: -1\r\n", "{}")),
                Map.entry("two lengths", post(key, "Content-Length: 2\r\nContent-Length: 3\r\n", "{} ")),
                Map.entry(
                        "length and chunks",
                        post(key, "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
                Map.entry("invalid chunks", post(key, "Transfer-Encoding: chunked\r\n", "zz\r\n{}\r\n0\r\n\r\n")),
                Map.entry("a chunk of exabytes", post(key, "Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFF\r\n{}")),
                Map.entry("another coding", post(key, "Transfer-Encoding: gzip\r\n", "{}")),
                Map.entry("two media types", post(key, "Content-Type: text/plain\r\nContent-Length: 2\r\n", "{}")),
                Map.entry("an expectation", post(key, "Expect: the-best\r\nContent-Length: 2\r\n", "{}")),
                Map.entry("bare line feeds", "GET /v1/payments/x HTTP/1.1\nHost: a\n" + key.strip() + "\n\n"));
        for (Map.Entry<String, String> oddity : oddities.entrySet()) {
            assertRefused(oddity.getKey(), send(oddity.getValue()));
        }
    }

    @Test
    void aClientThatDisconnectsWithinARequestDoesNoHarm() throws IOException {
        String key = "Authorization: Bearer " + Testbed.API_KEY + "\r\n";
        for (String half : List.of(
                "GET /v1/pay",
                "GET /v1/payments/x HTTP/1.1\r\nHos",
                post(key, "Content-Length: 1000\r\n", "{\"orderId\":"))) {
            try (Socket socket = RawHttp.connect(client.base().getPort())) {
                socket.getOutputStream().write(half.getBytes(StandardCharsets.ISO_8859_1));
                socket.setSoLinger(true, 0);
            }
        }
        new TestOrder(client).create(1_000).is(201);
    }

    @Test
    void aBodyThatStopsComingIsAnsweredAndItsConnectionClosed() throws IOException {
        try (Instance instance = Testbed.anotherInstance("jangbu.limits.body-timeout=1s")) {
            String key = "Authorization: Bearer " + Testbed.API_KEY + "\r\n";
            for (String half : List.of(
                    post(key, "Content-Length: 1000\r\n", "{\"orderId\":"),
                    post(key, "Content-Length: 1000\r\n", ""),
                    post(key, "Transfer-Encoding: chunked\r\n", "5\r\n{\"ord"))) {
                try (Socket socket = RawHttp.connect(instance.client().base().getPort())) {
                    socket.getOutputStream().write(half.getBytes(StandardCharsets.ISO_8859_1));
                    // To the end of the connection.
                    String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);

                    assertThat(answer)
                            .startsWith("HTTP/1.1 408 ")
                            .containsIgnoringCase("connection: close")
                            .contains("\"code\":\"request-timeout\"");
                }
            }
        }
    }

    private static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + Testbed.API_KEY
                + "\r\n\r\n";
    }

    private static String post(String key, String headers, String body) {
        return "POST /v1/payments HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nIdempotency-Key: raw\r\n"
                + key + headers + "\r\n" + body;
    }

    /** A 4xx response, or the connection closed without one; no 5xx, no hanging connection. */
    private static void assertRefused(String what, String answer) {
        if (!answer.isEmpty()) {
            assertThat(answer).as(what).matches("(?s)HTTP/\\d\\.\\d 4\\d\\d .*");
            if (answer.contains("{")) {
                assertThat(answer.toLowerCase(java.util.Locale.ROOT))
                        .as(what)
                        .contains("content-type: application/problem+json")
                        .contains("\"code\":");
            }
        }
    }

    /** Reads until the first response is complete or the connection is closed. */
    private String send(String request) throws IOException {
        try (Socket socket = RawHttp.connect(client.base().getPort())) {
            StringBuilder answer = new StringBuilder();
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().flush();
                byte[] buffer = new byte[8192];
                int read;
                while (!isComplete(answer) && (read = socket.getInputStream().read(buffer)) >= 0) {
                    answer.append(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
                }
            } catch (SocketTimeoutException e) {
                throw new AssertionError("No answer to " + request.substring(0, Math.min(100, request.length())), e);
            } catch (SocketException e) {
                // The service closed the connection, possibly after a response.
            }
            return answer.toString();
        }
    }

    private static boolean isComplete(StringBuilder answer) {
        int end = answer.indexOf("\r\n\r\n");
        if (end < 0) {
            return false;
        }
        var length =
                java.util.regex.Pattern.compile("(?i)content-length: (\\d+)").matcher(answer.substring(0, end));
        return !length.find() || answer.length() - end - 4 >= Integer.parseInt(length.group(1));
    }
}
