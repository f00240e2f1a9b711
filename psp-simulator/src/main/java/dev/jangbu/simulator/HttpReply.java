package dev.jangbu.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.charset.StandardCharsets;

/** The outcome of an HTTP call: a response or a way to send none. */
sealed interface HttpReply {

    /** An ordinary response. */
    record Sent(int status, String contentType, byte[] body) implements HttpReply {}

    /** No response: the connection is held for a while, then closed. */
    record Held() implements HttpReply {}

    /** No response: the connection is closed immediately. */
    record Dropped() implements HttpReply {}

    /** A response with a JSON body. */
    static HttpReply json(int status, Object json) {
        try {
            return new Sent(status, "application/json", HttpCall.JSON.writeValueAsBytes(json));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a response cannot be serialised", e);
        }
    }

    /** The payment as Toss's Payment object, or the error. */
    static HttpReply of(PaymentResult result) {
        return switch (result) {
            case PaymentResult.Success success -> json(200, PaymentJson.of(success.payment()));
            case PaymentResult.Failure failure -> error(failure.error());
        };
    }

    /** Toss's error object with the status of its code. */
    static HttpReply error(TossError error) {
        return error(error.status, error, error.message);
    }

    /** 400 {@code INVALID_REQUEST} with a reason. */
    static HttpReply invalid(String message) {
        return invalid(TossError.INVALID_REQUEST.status, message);
    }

    /** {@code INVALID_REQUEST} with a status and a reason of the simulator's own. */
    static HttpReply invalid(int status, String message) {
        return error(status, TossError.INVALID_REQUEST, message);
    }

    private static HttpReply error(int status, TossError error, String message) {
        return json(status, PaymentJson.error(error, message));
    }

    /** An HTML page in place of JSON, as a broken proxy sends it. */
    static HttpReply garbage() {
        String page = "<html><body>upstream said: \u0000\u0001 {\"paymentKey\": </body>";
        return new Sent(200, "application/json", page.getBytes(StandardCharsets.UTF_8));
    }
}
