package dev.jangbu.simulator;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Dispatches a request by method and path. Toss's paths need the secret key: Basic authentication with the key as user
 * name and an empty password.
 */
final class Routes {
    private final PaymentEndpoints payments;
    private final TransactionEndpoint transactions;
    private final SimulatorEndpoints simulator;
    private final byte[] authorization;

    Routes(PaymentEndpoints payments, TransactionEndpoint transactions, SimulatorEndpoints simulator, String secret) {
        this.payments = payments;
        this.transactions = transactions;
        this.simulator = simulator;
        byte[] credentials = (secret + ":").getBytes(StandardCharsets.UTF_8);
        this.authorization =
                ("Basic " + Base64.getEncoder().encodeToString(credentials)).getBytes(StandardCharsets.UTF_8);
    }

    HttpReply handle(HttpCall http) {
        boolean isToss = http.path().getFirst().equals("v1");
        if (isToss && !isAuthorized(http)) {
            return HttpReply.error(TossError.UNAUTHORIZED_KEY);
        }
        Map<String, Supplier<HttpReply>> methods = isToss ? tossPath(http) : simulatorPath(http);
        if (methods.isEmpty()) {
            return HttpReply.invalid(404, "no such address: " + http.path());
        }
        return methods.getOrDefault(
                        http.method(),
                        () -> HttpReply.invalid(
                                405, "this address supports only " + String.join(", ", methods.keySet())))
                .get();
    }

    /** The methods of an address; none if there is no such address. */
    private Map<String, Supplier<HttpReply>> tossPath(HttpCall http) {
        List<String> path = http.path();
        if (path.size() == 2 && path.get(1).equals("transactions")) {
            return Map.of("GET", () -> transactions.list(http));
        }
        if (path.size() < 3 || path.size() > 4 || !path.get(1).equals("payments")) {
            return Map.of();
        }
        String segment = path.get(2);
        if (path.size() == 3) {
            return segment.equals("confirm")
                    ? Map.of("POST", () -> payments.confirm(http))
                    : Map.of("GET", () -> payments.payment(segment));
        }
        if (segment.equals("orders")) {
            return Map.of("GET", () -> payments.paymentOfOrder(path.get(3)));
        }
        return path.get(3).equals("cancel") ? Map.of("POST", () -> payments.cancel(http, segment)) : Map.of();
    }

    private Map<String, Supplier<HttpReply>> simulatorPath(HttpCall http) {
        return switch (String.join("/", http.path())) {
            case "simulator/charges" -> Map.of("GET", () -> simulator.charges(http));
            case "simulator/settlement.csv" -> Map.of("GET", simulator::settlement);
            case "simulator/health" -> Map.of("GET", simulator::health);
            case "simulator/faults" -> Map.of("GET", simulator::faults, "PUT", () -> simulator.setFaultPlan(http));
            default -> Map.of();
        };
    }

    private boolean isAuthorized(HttpCall http) {
        String actual = Objects.requireNonNullElse(http.authorization(), "");
        return MessageDigest.isEqual(authorization, actual.getBytes(StandardCharsets.UTF_8));
    }
}
