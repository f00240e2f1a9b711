package dev.jangbu.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Sends thousands of randomly mutated bodies: none causes a server error. */
class MutatedInputTest {

    private static final int MUTANTS = 3_000;
    /**
     * Below the size of the connection pool: on a slow machine more calls would wait for a connection until they get a
     * 503.
     */
    private static final int AT_ONCE = 12;

    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "-1",
            "0",
            "1.5",
            "1e999",
            "9223372036854775807",
            "9223372036854775808",
            "\"\"",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"KRW\"",
            "\"999\"",
            "[]",
            "{}",
            "[[[[]]]]",
            "{\"a\":{\"b\":[1,null]}}");

    private final Client client = Testbed.client();

    @Test
    void noMutatedBodyCausesAServerError() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String payment = new TestOrder(client).create(6_000, 4_000).is(201).id();
        Semaphore permits = new Semaphore(AT_ONCE);

        List<CompletableFuture<Void>> all = Stream.generate(() -> mutant(random, payment))
                .limit(MUTANTS)
                .map(mutant -> {
                    permits.acquireUninterruptibly();
                    return client.sendAsync(client.request(mutant.path())
                                    .header("Content-Type", "application/json")
                                    .header("Idempotency-Key", UUID.randomUUID().toString())
                                    .POST(BodyPublishers.ofByteArray(mutant.body()))
                                    .build())
                            .whenComplete((reply, failure) -> permits.release())
                            .thenAccept(reply -> check(reply, mutant, seed));
                })
                .toList();

        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
    }

    private record Mutant(String path, byte[] body) {

        @Override
        public String toString() {
            return path + " " + new String(body, StandardCharsets.ISO_8859_1);
        }
    }

    private static void check(Reply reply, Mutant mutant, long seed) {
        assertThat(reply.status())
                .as("seed %d, %s: %s", seed, mutant, reply)
                .isLessThan(500)
                .isGreaterThanOrEqualTo(200);
        if (reply.status() >= 400) {
            reply.isAnyProblem();
        }
    }

    private static Mutant mutant(Random random, String payment) {
        String order = "order-" + Long.toHexString(random.nextLong());
        String key = "key-" + Long.toHexString(random.nextLong());
        String[] call =
                switch (random.nextInt(7)) {
                    case 0, 1 ->
                        new String[] {
                            "/payments",
                            "{\"orderId\":\"" + order
                                    + "\",\"currency\":\"USD\",\"lines\":[{\"sellerId\":\"seller-a\",\"amount\":12000,"
                                    + "\"fee\":600},{\"sellerId\":\"seller-b\",\"amount\":8000}],\"metadata\":{\"cart\":\"77\"}}"
                        };
                    case 2 ->
                        new String[] {
                            "/payments/" + payment + "/confirm", "{\"paymentKey\":\"" + key + "\",\"amount\":9999}"
                        };
                    case 3 ->
                        new String[] {
                            "/payments/" + payment + "/refunds",
                            "{\"lines\":[{\"lineId\":\"1\",\"amount\":10},{\"lineId\":\"2\",\"amount\":20}],\"reason\":\"broken\"}"
                        };
                    case 4 ->
                        new String[] {
                            "/wallets/seller-a/payouts",
                            "{\"amount\":3000,\"currency\":\"KRW\",\"destination\":\"bank-1\"}"
                        };
                    case 5 ->
                        new String[] {
                            "/payments/" + payment + "/resolve", "{\"outcome\":\"APPROVED\",\"evidence\":\"seen\"}"
                        };
                    default -> new String[] {"/payments/" + UUID.randomUUID() + "/cancel", "{\"reason\":\"none\"}"};
                };
        byte[] body = call[1].getBytes(StandardCharsets.UTF_8);
        for (int i = random.nextInt(3); i >= 0; i--) {
            body = random.nextInt(3) == 0 ? replaceValue(random, body) : mutateBytes(random, body);
        }
        return new Mutant(call[0], body);
    }

    /** Replaces a JSON value by another, possibly equal one. */
    private static byte[] replaceValue(Random random, byte[] body) {
        if (body.length == 0) {
            return body;
        }
        String text = new String(body, StandardCharsets.ISO_8859_1);
        int colon = text.indexOf(':', random.nextInt(text.length()));
        if (colon < 0) {
            return body;
        }
        int end = colon + 1;
        while (end < text.length() && ",}]".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        String value = VALUES.get(random.nextInt(VALUES.size()));
        return (text.substring(0, colon + 1) + value + text.substring(end)).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Changes, removes, repeats or truncates some bytes. */
    private static byte[] mutateBytes(Random random, byte[] body) {
        if (body.length == 0) {
            return body;
        }
        int at = random.nextInt(body.length);
        int length = 1 + random.nextInt(Math.min(8, body.length - at));
        byte[] head = Arrays.copyOf(body, at);
        byte[] piece = Arrays.copyOfRange(body, at, at + length);
        byte[] tail = Arrays.copyOfRange(body, at + length, body.length);
        return switch (random.nextInt(4)) {
            case 0 -> {
                random.nextBytes(piece);
                yield join(head, piece, tail);
            }
            case 1 -> join(head, tail);
            case 2 -> join(head, piece, piece, tail);
            default -> head;
        };
    }

    private static byte[] join(byte[]... parts) {
        byte[] joined =
                new byte[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, joined, at, part.length);
            at += part.length;
        }
        return joined;
    }
}
