package dev.jangbu.simulator;

import java.nio.charset.StandardCharsets;

/** What happens to an HTTP call: an answer, or one of the ways in which none comes. */
sealed interface HttpReply {

    /** An ordinary answer. */
    record Sent(int status, String contentType, byte[] body) implements HttpReply {}

    /** No answer: the connection is held for a while, then closed. */
    record Held() implements HttpReply {}

    /** No answer: the connection is closed at once. */
    record Dropped() implements HttpReply {}

    /** A page where JSON was promised: what a broken proxy in front of a provider sends. */
    static HttpReply garbage() {
        String page = "<html><body>upstream said: \u0000\u0001 {\"paymentKey\": </body>";
        return new Sent(200, "application/json", page.getBytes(StandardCharsets.UTF_8));
    }
}
