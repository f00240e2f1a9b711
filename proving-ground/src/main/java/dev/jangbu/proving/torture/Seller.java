package dev.jangbu.proving.torture;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.operator.installation.HttpApi.Response;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Requests one payout of a simulated seller: within the balance or above it, with an expected version or without.
 *
 * @param run prefix of the names of the run
 * @param number of the payout; with the seed it determines the request
 */
record Seller(FlakyClient client, String run, long seed, int number) {

    private static final Set<String> DECIDED = Set.of("BOOKED", "REJECTED");
    private static final Duration INTERVAL = Duration.ofMillis(100);

    /**
     * A payout as its seller knows it.
     *
     * @param id empty if the API rejected it
     * @param status the decision of the wallet processor, BOOKED or REJECTED; or REFUSED by the API
     */
    record Payout(String id, String sellerId, String currency, long amountMinor, String status) {

        /**
         * True if this payout may be the delayed copy of a call that the API rejected for its version, and that the
         * wallet processor rejected for the same reason.
         */
        boolean mayMatch(JsonNode actual) {
            return status.equals("REFUSED")
                    && actual.path("status").asText().equals("REJECTED")
                    && actual.path("rejection").asText().equals("VERSION_CONFLICT")
                    && actual.path("sellerId").asText().equals(sellerId)
                    && actual.path("currency").asText().equals(currency)
                    && actual.path("amount").asLong() == amountMinor;
        }
    }

    /** Keeps the status of the last answer to the request. */
    private record LastAnswer(AtomicInteger status) implements CallChain.Knowledge {

        @Override
        public void learn(Call call, Response answer) {
            status.set(answer.status());
        }

        @Override
        public void forget(long since) {}
    }

    private static boolean isDecided(Response payout) {
        return payout.status() == 200 && DECIDED.contains(payout.text("status"));
    }

    /** Requests the payout and waits for the decision of the wallet processor. */
    Payout request() throws InterruptedException {
        CallChain calls = client.restores().newChain();
        return request(client.of(calls), calls);
    }

    private Payout request(FlakyClient own, CallChain calls) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(~seed * 1_000_003 + number);
        String sellerId = Order.seller(run, random);
        String currency = random.nextInt(5) == 0 ? "USD" : "KRW";
        JsonNode wallet =
                own.read("/wallets/" + sellerId + "?currency=" + currency).body();
        long balance = wallet.path("balance").asLong();
        long version = wallet.path("version").asLong();
        long amountMinor = 1 + random.nextLong(Math.max(2, balance + balance / 4));
        String path = "/wallets/" + sellerId + "/payouts";
        String body = "{\"amount\":%d,\"currency\":\"%s\",\"destination\":\"bank-1\"}".formatted(amountMinor, currency);
        int stale = random.nextInt(4);
        List<String> headers = stale < 2 ? List.of("If-Match", "\"" + Math.max(0, version - stale) + "\"") : List.of();
        Call call = new Call(Call.Kind.PAYOUT, path, run + "-payout-" + number, body, headers);
        AtomicInteger last = new AtomicInteger();
        calls.attach(new LastAnswer(last));
        Response answer = own.call(call, random);
        JsonNode decision = answer.status() == 202
                ? own.readUntil(
                                // The payout was lost before its request was published, and refused when it was
                                // repeated.
                                read -> last.get() == 412 || isDecided(read),
                                INTERVAL,
                                "/payouts/" + answer.text("id"))
                        .body()
                : answer.body();
        if (last.get() != 202) {
            return new Payout("", sellerId, currency, amountMinor, "REFUSED");
        }
        if (decision.path("rejection").asText().equals("VERSION_CONFLICT")
                && call.headers().isEmpty()) {
            throw new IllegalStateException(call + " has no expected version, but was rejected for it: " + decision);
        }
        return new Payout(
                answer.text("id"),
                sellerId,
                currency,
                amountMinor,
                decision.path("status").asText());
    }
}
