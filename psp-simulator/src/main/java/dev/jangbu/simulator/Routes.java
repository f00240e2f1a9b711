package dev.jangbu.simulator;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;

/**
 * Dispatches a request by method and path. Toss's paths need the secret key: Basic authentication with the key as user
 * name and an empty password.
 */
final class Routes {
    private final PaymentEndpoints payments;
    private final SimulatorEndpoints simulator;
    private final byte[] authorization;

    Routes(PaymentEndpoints payments, SimulatorEndpoints simulator, String secret) {
        this.payments = payments;
        this.simulator = simulator;
        byte[] credentials = (secret + ":").getBytes(StandardCharsets.UTF_8);
        this.authorization =
                ("Basic " + Base64.getEncoder().encodeToString(credentials)).getBytes(StandardCharsets.UTF_8);
    }

    HttpReply handle(HttpCall http) {
        try {
            return switch (http.path().getFirst()) {
                case "v1" -> authorized(http) ? payment(http) : PaymentEndpoints.error(TossError.UNAUTHORIZED_KEY);
                case "simulator" -> simulator(http);
                default -> unknown(http);
            };
        } catch (InvalidRequestException e) {
            return PaymentEndpoints.error(TossError.INVALID_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private HttpReply payment(HttpCall http) {
        List<String> path = http.path();
        if (path.size() < 3 || path.size() > 4 || !path.get(1).equals("payments")) {
            return unknown(http);
        }
        String segment = path.get(2);
        if (path.size() == 3) {
            return segment.equals("confirm")
                    ? only("POST", http, () -> payments.confirm(http))
                    : only("GET", http, () -> payments.payment(segment));
        }
        String last = path.get(3);
        if (segment.equals("orders")) {
            return only("GET", http, () -> payments.paymentOfOrder(last));
        }
        return last.equals("cancel") ? only("POST", http, () -> payments.cancel(http, segment)) : unknown(http);
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
                http.method().equals("PUT") ? simulator.setFaultPlan(http) : only("GET", http, simulator::faults);
            default -> unknown(http);
        };
    }

    private boolean authorized(HttpCall http) {
        String actual = http.authorization() == null ? "" : http.authorization();
        return MessageDigest.isEqual(authorization, actual.getBytes(StandardCharsets.UTF_8));
    }

    private static HttpReply only(String method, HttpCall http, Supplier<HttpReply> call) {
        return http.method().equals(method)
                ? call.get()
                : HttpCall.reply(
                        405, PaymentJson.error(TossError.INVALID_REQUEST, "this address supports only " + method));
    }

    private static HttpReply unknown(HttpCall http) {
        return HttpCall.reply(404, PaymentJson.error(TossError.INVALID_REQUEST, "no such address: " + http.path()));
    }
}
