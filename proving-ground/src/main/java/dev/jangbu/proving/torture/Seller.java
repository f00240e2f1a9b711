package dev.jangbu.proving.torture;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.proving.stack.HttpApi.Response;
import java.time.Duration;
import java.util.SplittableRandom;

/** Requests one payout of a simulated seller: within the balance or above it, with an expected version or without. */
final class Seller {

    private final FlakyClient client;
    private final String key;
    private final String sellerId;
    private final String currency;
    private final SplittableRandom random;

    Seller(FlakyClient client, String run, long seed, int number) {
        this.client = client;
        this.random = new SplittableRandom(~seed * 1_000_003 + number);
        this.key = run + "-payout-" + number;
        this.sellerId = Order.seller(run, random);
        this.currency = random.nextInt(5) == 0 ? "USD" : "KRW";
    }

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

    /** Requests the payout and waits for the decision of the wallet processor. */
    Payout request() throws InterruptedException {
        JsonNode wallet =
                client.read("/wallets/" + sellerId + "?currency=" + currency).body();
        long balance = wallet.path("balance").asLong();
        long version = wallet.path("version").asLong();
        long amountMinor = 1 + random.nextLong(Math.max(2, balance + balance / 4));
        String path = "/wallets/" + sellerId + "/payouts";
        String body = "{\"amount\":%d,\"currency\":\"%s\",\"destination\":\"bank-1\"}".formatted(amountMinor, currency);
        Call call =
                switch (random.nextInt(4)) {
                    case 0 -> new Call(Call.Kind.PAYOUT, path, key, body, "If-Match", "\"" + version + "\"");
                    case 1 ->
                        new Call(Call.Kind.PAYOUT, path, key, body, "If-Match", "\"" + Math.max(0, version - 1) + "\"");
                    default -> new Call(Call.Kind.PAYOUT, path, key, body);
                };
        Response answer = client.call(call, random);
        if (answer.status() != 202) {
            return new Payout("", sellerId, currency, amountMinor, "REFUSED");
        }
        JsonNode decision = awaitDecision(answer.text("id"));
        String rejection = decision.path("rejection").asText();
        if (rejection.equals("VERSION_CONFLICT") && call.headers().isEmpty()) {
            throw new IllegalStateException(call + " has no expected version, but was rejected for it: " + decision);
        }
        return new Payout(
                answer.text("id"),
                sellerId,
                currency,
                amountMinor,
                decision.path("status").asText());
    }

    private JsonNode awaitDecision(String id) throws InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            JsonNode payout = client.read("/payouts/" + id).body();
            String status = payout.path("status").asText();
            if (status.equals("BOOKED") || status.equals("REJECTED")) {
                return payout;
            }
            if (System.nanoTime() - begin > FlakyClient.TIMEOUT.toNanos()) {
                throw new IllegalStateException("payout " + id + " has no decision yet: " + payout);
            }
            Thread.sleep(Duration.ofMillis(100));
        }
    }
}
