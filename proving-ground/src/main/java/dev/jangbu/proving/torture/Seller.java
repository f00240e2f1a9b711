package dev.jangbu.proving.torture;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.proving.stack.HttpApi.Answer;
import java.time.Duration;
import java.util.SplittableRandom;

/** One payout that a seller asks for: of some of the wallet, or of more than is in it, on a version or on none. */
final class Seller {

    private final FlakyClient line;
    private final String key;
    private final String sellerId;
    private final String currency;
    private final SplittableRandom random;

    Seller(FlakyClient line, String run, long seed, int number) {
        this.line = line;
        this.random = new SplittableRandom(~seed * 1_000_003 + number);
        this.key = run + "-payout-" + number;
        this.sellerId = Order.seller(run, random);
        this.currency = random.nextInt(5) == 0 ? "USD" : "KRW";
    }

    /**
     * A payout as its seller knows it.
     *
     * @param id empty if it was refused at the door
     * @param status what the desk decided, BOOKED or REJECTED; or REFUSED, at the door
     */
    record Payout(String id, String sellerId, String currency, long amount, String status) {

        /**
         * Whether this may be there: a slow copy of a call that was refused at the door, for its version, and that the desk has
         * refused for the same reason.
         */
        boolean mayBe(JsonNode there) {
            return status.equals("REFUSED")
                    && there.path("status").asText().equals("REJECTED")
                    && there.path("rejection").asText().equals("VERSION_CONFLICT")
                    && there.path("sellerId").asText().equals(sellerId)
                    && there.path("currency").asText().equals(currency)
                    && there.path("amount").asLong() == amount;
        }
    }

    /** Asks, and waits for what the desk decides. */
    Payout ask() throws InterruptedException {
        JsonNode wallet =
                line.read("/wallets/" + sellerId + "?currency=" + currency).body();
        long balance = wallet.path("balance").asLong();
        long version = wallet.path("version").asLong();
        long amount = 1 + random.nextLong(Math.max(2, balance + balance / 4));
        String path = "/wallets/" + sellerId + "/payouts";
        String body = "{\"amount\":%d,\"currency\":\"%s\",\"destination\":\"bank-1\"}".formatted(amount, currency);
        Call call =
                switch (random.nextInt(4)) {
                    case 0 -> new Call(Call.Kind.PAYOUT, path, key, body, "If-Match", "\"" + version + "\"");
                    case 1 ->
                        new Call(Call.Kind.PAYOUT, path, key, body, "If-Match", "\"" + Math.max(0, version - 1) + "\"");
                    default -> new Call(Call.Kind.PAYOUT, path, key, body);
                };
        Answer answer = line.call(call, random);
        if (answer.status() != 202) {
            return new Payout("", sellerId, currency, amount, "REFUSED");
        }
        JsonNode decided = decided(answer.text("id"));
        String rejection = decided.path("rejection").asText();
        if (rejection.equals("VERSION_CONFLICT") && call.headers().isEmpty()) {
            throw new IllegalStateException(call + " expected no version and was refused for it: " + decided);
        }
        return new Payout(
                answer.text("id"),
                sellerId,
                currency,
                amount,
                decided.path("status").asText());
    }

    private JsonNode decided(String id) throws InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            JsonNode payout = line.read("/payouts/" + id).body();
            String status = payout.path("status").asText();
            if (status.equals("BOOKED") || status.equals("REJECTED")) {
                return payout;
            }
            if (System.nanoTime() - begin > FlakyClient.PATIENCE.toNanos()) {
                throw new IllegalStateException("the payout " + id + " is not decided for long: " + payout);
            }
            Thread.sleep(Duration.ofMillis(100));
        }
    }
}
