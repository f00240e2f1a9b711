package dev.jangbu.simulator;

import java.nio.charset.StandardCharsets;

/** The outcome of an HTTP call: a response or a way to send none. */
sealed interface HttpReply {

    /** An ordinary response. */
    record Sent(int status, String contentType, byte[] body) implements HttpReply {}

    /** No response: the connection is held for a while, then closed. */
    record Held() implements HttpReply {}

    /** No response: the connection is closed immediately. */
    record Dropped() implements HttpReply {}

    /** An HTML page in place of JSON, as a broken proxy sends it. */
    static HttpReply garbage() {
        String page = "<html><body>upstream said: \u0000\u0001 {\"paymentKey\": </body>";
        return new Sent(200, "application/json", page.getBytes(StandardCharsets.UTF_8));
    }
}
