package dev.jangbu.proving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.stack.Shop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * An order whose client keeps its calls and repeats them, with the model of what they come to. Seed and number determine
 * it. Amounts are in minor units of KRW. Not thread-safe.
 */
final class RestoredOrder {

    /** What the client makes of the order. */
    enum Kind {
        /** With partial refunds. */
        PAID,
        /** To a seller of its own, who is paid out. */
        PAID_OUT,
        UNCONFIRMED,
        CANCELED,
        DECLINED
    }

    private static final int SELLERS = 8;

    /** The PSP acts or not, and the answer is lost. */
    private static final List<String> TROUBLES = List.of(
            "timeout_after_charge",
            "timeout_before_charge",
            "error_after_charge",
            "reset_after_charge",
            "garbage",
            "refund_timeout_after_charge",
            "refund_reset_after_charge");

    private static final Set<String> IN_PROGRESS = Set.of("payment-in-progress", "idempotency-key-in-use");

    private record Line(String id, String seller, long amount, long fee) {}

    private record Call(String path, String key, String body, Set<Integer> statuses) {}

    private final String name;
    private final Kind kind;
    private final boolean isTroubled;
    private final String paymentKey;
    private final SplittableRandom random;
    private final List<Line> lines = new ArrayList<>();

    private final List<Call> calls = new ArrayList<>();
    /** The id that the first answer to a key has named. */
    private final Map<String, String> ids = new HashMap<>();
    /** The final status of each payment, refund and payout, by its path. */
    private final Map<String, String> ends = new HashMap<>();

    private final Map<String, Long> refunded = new HashMap<>();
    private long paidOut;

    /** Drawn by the seed. */
    RestoredOrder(String run, long seed, int number) {
        this(run, new SplittableRandom(seed * 1_000_003 + number), number, null);
    }

    private RestoredOrder(String run, SplittableRandom random, int number, Kind given) {
        this.name = run + "-" + number;
        this.random = random;
        int draw = random.nextInt(100);
        Kind drawn = draw < 55
                ? Kind.PAID
                : draw < 75 ? Kind.PAID_OUT : draw < 85 ? Kind.UNCONFIRMED : draw < 92 ? Kind.CANCELED : Kind.DECLINED;
        this.kind = given == null ? drawn : given;
        int count = kind == Kind.PAID ? 1 + random.nextInt(3) : 1;
        for (int i = 1; i <= count; i++) {
            long amount = 1_000 + random.nextLong(50_000);
            String seller = kind == Kind.PAID_OUT ? name : run + "-s" + random.nextInt(SELLERS);
            lines.add(new Line(Integer.toString(i), seller, amount, random.nextLong(amount / 5)));
        }
        String trouble = "sim_" + TROUBLES.get(random.nextInt(TROUBLES.size())) + "_";
        this.isTroubled = given == null && random.nextInt(8) == 0;
        this.paymentKey = (kind == Kind.DECLINED ? "sim_declined_" : isTroubled ? trouble : "key_") + name;
    }

    /** A payment without trouble, which {@link #confirm} pays. */
    static RestoredOrder paid(String run, long seed, int number) {
        return new RestoredOrder(run, new SplittableRandom(seed * 1_000_003 + number), number, Kind.PAID);
    }

    String orderId() {
        return name;
    }

    Kind kind() {
        return kind;
    }

    boolean isPaid() {
        return kind == Kind.PAID || kind == Kind.PAID_OUT;
    }

    /** Whether the PSP's first answer is lost. */
    boolean isTroubled() {
        return isTroubled;
    }

    String paymentPath() {
        return "/payments/" + ids.get(name + "-0");
    }

    Map<String, String> ends() {
        return ends;
    }

    long amount() {
        return lines.stream().mapToLong(Line::amount).sum();
    }

    long refunded() {
        return refunded.values().stream().mapToLong(Long::longValue).sum();
    }

    /** What the order adds to the balances of its sellers. */
    Map<String, Long> balances() {
        Map<String, Long> balances = new HashMap<>();
        for (Line line : lines) {
            long back = refunded.getOrDefault(line.id(), 0L);
            // Of the fee, the share of all that is refunded is returned, rounded half up.
            long feeBack = (2 * line.fee() * back + line.amount()) / (2 * line.amount());
            balances.merge(line.seller(), isPaid() ? line.amount() - back - line.fee() + feeBack : 0, Long::sum);
        }
        balances.merge(lines.getFirst().seller(), -paidOut, Long::sum);
        return balances;
    }

    /** All calls of the client, each as soon as the one before is settled. */
    void run(HttpApi api, Shop shop) throws IOException {
        create(api);
        switch (kind) {
            case UNCONFIRMED -> {}
            case CANCELED -> {
                call(api, paymentPath() + "/cancel", "{\"reason\":\"test\"}", 200);
                ends.put(paymentPath(), "CANCELED");
            }
            case DECLINED -> {
                call(api, paymentPath() + "/confirm", Shop.confirmation(paymentKey, amount()), 402);
                ends.put(paymentPath(), "DECLINED");
            }
            case PAID -> {
                confirm(api);
                shop.awaitStatusOf(paymentPath(), "COMPLETED");
                for (int i = random.nextInt(4); i > 0; i--) {
                    shop.awaitStatusOf(refund(api), "COMPLETED");
                }
            }
            case PAID_OUT -> {
                confirm(api);
                shop.awaitStatusOf(paymentPath(), "COMPLETED");
                for (int i = random.nextInt(3); i > 0; i--) {
                    payout(api, shop, 1 + random.nextLong(balance()));
                }
                if (random.nextInt(3) == 0) {
                    payout(api, shop, balance() + 1);
                }
            }
        }
    }

    void create(HttpApi api) throws IOException {
        Response created = call(
                api,
                "/payments",
                Shop.order(
                        name,
                        lines.stream()
                                .map(line -> Shop.line(line.seller(), line.amount(), line.fee()))
                                .toArray(String[]::new)),
                201);
        ends.put("/payments/" + created.text("id"), "READY");
    }

    void confirm(HttpApi api) throws IOException {
        call(api, paymentPath() + "/confirm", Shop.confirmation(paymentKey, amount()), 200, 202);
        ends.put(paymentPath(), "COMPLETED");
    }

    /** Refunds a part of a line, and returns the path of the refund. */
    String refund(HttpApi api) throws IOException {
        Line line = lines.get(random.nextInt(lines.size()));
        long rest = line.amount() - refunded.getOrDefault(line.id(), 0L);
        if (rest == 0) {
            return paymentPath();
        }
        long amount = 1 + random.nextLong(rest);
        Response refund = call(api, paymentPath() + "/refunds", refund(line, amount), 201, 202);
        refunded.merge(line.id(), amount, Long::sum);
        String path = "/refunds/" + refund.text("id");
        ends.put(path, "COMPLETED");
        return path;
    }

    private static String refund(Line line, long amount) {
        return "{\"lines\":[{\"lineId\":\"%s\",\"amount\":%d}],\"reason\":\"test\"}".formatted(line.id(), amount);
    }

    private long balance() {
        return balances().get(name);
    }

    private void payout(HttpApi api, Shop shop, long amount) throws IOException {
        String end = amount <= balance() ? "BOOKED" : "REJECTED";
        Response payout = call(
                api,
                "/wallets/" + name + "/payouts",
                "{\"amount\":%d,\"currency\":\"KRW\",\"destination\":\"bank-1\"}".formatted(amount),
                202);
        paidOut += end.equals("BOOKED") ? amount : 0;
        String path = "/payouts/" + payout.text("id");
        ends.put(path, end);
        shop.awaitStatusOf(path, end);
    }

    /** Each call is refused because the database went back. */
    void assertClosed(HttpApi api) throws IOException {
        for (Call call : calls) {
            Response refusal = api.post(call.path(), call.key(), call.body());
            assertThat(refusal.status()).as("%s: %s", call, refusal).isEqualTo(503);
            assertThat(refusal.text("code")).as("%s: %s", call, refusal).isEqualTo("restored");
        }
    }

    /** Repeats all calls with the same keys, each until its operation has ended. The answers are those of before. */
    void repeat(HttpApi api, Shop shop) throws IOException {
        for (Call call : List.copyOf(calls)) {
            Response answer = answer(api, call, inProgress -> false);
            assertThat(answer.status()).as("%s: %s", call, answer).isIn(call.statuses());
            assertThat(answer.text("id")).as("%s: %s", call, answer).isEqualTo(ids.get(call.key()));
            if (call.path().endsWith("/confirm") && isPaid()) {
                shop.awaitStatusOf(paymentPath(), "COMPLETED");
            } else if (call.path().endsWith("/refunds")) {
                shop.awaitStatusOf("/refunds/" + ids.get(call.key()), "COMPLETED");
            }
        }
    }

    /** Repeats all calls with the same keys, whatever their answers are. A payment in review stays in progress. */
    void repeatAnyway(HttpApi api) {
        for (Call call : calls) {
            answer(api, call, inProgress -> isInReview(api));
        }
    }

    private boolean isInReview(HttpApi api) {
        try {
            return api.get(paymentPath()).text("status").equals("REVIEW");
        } catch (IOException e) {
            return false;
        }
    }

    /** Calls with other keys: none moves money again, but a further refund or payout of what is left. */
    void callWithOtherKeys(HttpApi api, Shop shop) throws IOException {
        Call creation = calls.getFirst();
        Response again = api.post("/payments", name + "-again", creation.body());
        assertThat(again.status() + " " + again.text("code")).as(name).isEqualTo("409 order-already-exists");
        String confirmation = Shop.confirmation(paymentKey, amount());
        Response stored = api.post(paymentPath() + "/confirm", name + "-stored", confirmation);
        assertThat(stored.status()).as("%s: %s", name, stored).isEqualTo(200);
        Response other =
                api.post("/payments", name + "-other", creation.body().replace(name + "\"", name + "-other\""));
        Response used = api.post("/payments/" + other.text("id") + "/confirm", name + "-used", confirmation);
        assertThat(used.status() + " " + used.text("code")).as(name).isEqualTo("409 payment-key-used");
        if (kind == Kind.PAID_OUT) {
            payout(api, shop, balance() + 1);
            payout(api, shop, Math.max(1, balance()));
            return;
        }
        Line line = lines.getFirst();
        long rest = line.amount() - refunded.getOrDefault(line.id(), 0L);
        Response tooMuch = api.post(paymentPath() + "/refunds", name + "-much", refund(line, rest + 1));
        assertThat(tooMuch.status() + " " + tooMuch.text("code")).as(name).isEqualTo("422 refund-exceeds-payment");
        shop.awaitStatusOf(refund(api), "COMPLETED");
    }

    private Response call(HttpApi api, String path, String body, Integer... statuses) throws IOException {
        Call call = new Call(path, name + "-" + calls.size(), body, Set.of(statuses));
        calls.add(call);
        Response answer = api.post(path, call.key(), body);
        assertThat(answer.status()).as("%s: %s", call, answer).isIn(call.statuses());
        ids.put(call.key(), answer.text("id"));
        return answer;
    }

    /** The answer to a call, as soon as it is neither refused for now nor in progress. */
    private static Response answer(HttpApi api, Call call, Predicate<Response> isEnough) {
        return await(call.toString())
                .atMost(Shop.SETTLE_LIMIT)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(
                        () -> api.post(call.path(), call.key(), call.body()),
                        answer -> answer.status() < 500
                                && (!IN_PROGRESS.contains(answer.text("code")) || isEnough.test(answer)));
    }
}
