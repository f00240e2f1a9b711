package dev.jangbu.simulator;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;

/** Which call an address is. Toss's own need the secret key: Basic, the key as user name, no password. */
final class Routes {
    private final PaymentCalls payments;
    private final SimulatorCalls simulator;
    private final byte[] authorization;

    Routes(PaymentCalls payments, SimulatorCalls simulator, String secret) {
        this.payments = payments;
        this.simulator = simulator;
        byte[] credentials = (secret + ":").getBytes(StandardCharsets.UTF_8);
        this.authorization =
                ("Basic " + Base64.getEncoder().encodeToString(credentials)).getBytes(StandardCharsets.UTF_8);
    }

    HttpReply answer(HttpCall http) {
        try {
            return switch (http.path().getFirst()) {
                case "v1" -> authorized(http) ? payment(http) : PaymentCalls.error(TossError.UNAUTHORIZED_KEY);
                case "simulator" -> simulator(http);
                default -> unknown(http);
            };
        } catch (InvalidRequestException e) {
            return PaymentCalls.error(TossError.INVALID_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private HttpReply payment(HttpCall http) {
        List<String> path = http.path();
        if (path.size() < 3 || path.size() > 4 || !path.get(1).equals("payments")) {
            return unknown(http);
        }
        String third = path.get(2);
        if (path.size() == 3) {
            return third.equals("confirm")
                    ? only("POST", http, () -> payments.confirm(http))
                    : only("GET", http, () -> payments.payment(third));
        }
        String fourth = path.get(3);
        if (third.equals("orders")) {
            return only("GET", http, () -> payments.paymentOfOrder(fourth));
        }
        return fourth.equals("cancel") ? only("POST", http, () -> payments.cancel(http, third)) : unknown(http);
    }

    private HttpReply simulator(HttpCall http) {
        if (http.path().size() != 2) {
            return unknown(http);
        }
        return switch (http.path().get(1)) {
            case "charges" -> only("GET", http, () -> simulator.charges(http));
            case "settlement.csv" -> only("GET", http, simulator::settlement);
            case "health" -> only("GET", http, simulator::health);
            case "faults" ->
                http.method().equals("PUT") ? simulator.chooseFaults(http) : only("GET", http, simulator::faults);
            default -> unknown(http);
        };
    }

    private boolean authorized(HttpCall http) {
        String given = http.authorization() == null ? "" : http.authorization();
        return MessageDigest.isEqual(authorization, given.getBytes(StandardCharsets.UTF_8));
    }

    private static HttpReply only(String method, HttpCall http, Supplier<HttpReply> call) {
        return http.method().equals(method)
                ? call.get()
                : HttpCall.reply(405, PaymentJson.error(TossError.INVALID_REQUEST, "this address answers " + method));
    }

    private static HttpReply unknown(HttpCall http) {
        return HttpCall.reply(404, PaymentJson.error(TossError.INVALID_REQUEST, "no such address: " + http.path()));
    }
}
