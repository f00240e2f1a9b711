package dev.jangbu.api.testbed;

import static org.awaitility.Awaitility.await;

import dev.jangbu.contract.SettlementKind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A payment of 3,000 in two lines, brought to a state by what brings payments there, and kept in it until it is let go.
 *
 * @param id the payment's
 */
public record StagedPayment(State state, TestOrder shop, String id, Runnable letGo) implements AutoCloseable {

    public static final long AMOUNT = 3_000;

    private static final CompletionProducer COMPLETIONS = new CompletionProducer();

    /** Every state that a payment can be in. */
    public enum State {
        READY,
        ACCEPTED,
        EXECUTING,
        UNKNOWN,
        REVIEW,
        APPROVED,
        COMPLETED,
        DECLINED,
        CANCELED,
        EXPIRED
    }

    /** A payment in this state. */
    public static StagedPayment in(State state) {
        return many(state, 1).getFirst();
    }

    /** Some of them, for the price of one where that is a wait. */
    public static List<StagedPayment> many(State state, int count) {
        Client client = Testbed.client();
        PspProxy gate = Testbed.psp();
        return switch (state) {
            case READY -> repeat(count, () -> created(state, new TestOrder(client), () -> {}));
            case ACCEPTED -> accepted(count, client);
            case EXECUTING -> repeat(count, () -> executing(client, gate));
            case UNKNOWN ->
                repeat(count, () -> {
                    TestOrder shop = new TestOrder(client);
                    gate.cut(shop.tag());
                    StagedPayment staged = created(state, shop, () -> gate.mend(shop.tag()));
                    shop.confirm(staged.id(), AMOUNT).is(202).of("UNKNOWN");
                    return staged;
                });
            case REVIEW -> repeat(count, () -> confirmed(state, new TestOrder(client, "sim_wrong_amount"), 202));
            case APPROVED -> repeat(count, () -> confirmed(state, new TestOrder(client), 200));
            case COMPLETED -> {
                List<StagedPayment> all = repeat(count, () -> {
                    StagedPayment staged = confirmed(State.APPROVED, new TestOrder(client), 200);
                    return new StagedPayment(state, staged.shop(), staged.id(), () -> {});
                });
                all.forEach(one -> COMPLETIONS.completed(SettlementKind.PAYMENT, one.id()));
                all.forEach(one -> one.awaitState(State.COMPLETED));
                yield all;
            }
            case DECLINED -> repeat(count, () -> confirmed(state, new TestOrder(client, "sim_declined"), 402));
            case CANCELED ->
                repeat(count, () -> {
                    StagedPayment staged = created(state, new TestOrder(client), () -> {});
                    staged.shop().cancel(staged.id()).is(200).of("CANCELED");
                    return staged;
                });
            case EXPIRED -> {
                List<StagedPayment> all = repeat(count, () -> created(state, new TestOrder(client), () -> {}));
                all.forEach(one -> outdate(one.id()));
                all.forEach(one -> one.awaitState(State.EXPIRED));
                yield all;
            }
        };
    }

    private static List<StagedPayment> repeat(int count, java.util.function.Supplier<StagedPayment> one) {
        return Stream.generate(one).limit(count).toList();
    }

    private static StagedPayment created(State state, TestOrder shop, Runnable letGo) {
        return new StagedPayment(state, shop, shop.create(2_000, 1_000).is(201).id(), letGo);
    }

    private static StagedPayment confirmed(State state, TestOrder shop, int answer) {
        StagedPayment staged = created(state, shop, () -> {});
        shop.confirm(staged.id(), AMOUNT).is(answer);
        return staged;
    }

    private static StagedPayment executing(Client client, PspProxy gate) {
        TestOrder shop = new TestOrder(client);
        StagedPayment staged = created(State.EXECUTING, shop, () -> {});
        PspProxy.Hold hold = gate.holdBefore(shop.tag());
        CompletableFuture<Reply> buyer =
                client.postAsync("/payments/" + staged.id() + "/confirm", shop.confirmation(AMOUNT), UUID.randomUUID());
        hold.awaitArrival();
        return new StagedPayment(State.EXECUTING, shop, staged.id(), () -> {
            gate.mend(shop.tag());
            buyer.join();
        });
    }

    /** They wait behind others that occupy every place at the PSP. */
    private static List<StagedPayment> accepted(int count, Client client) {
        BlockedQueue jam = BlockedQueue.of(client, Testbed.ASYNC_CONCURRENCY);
        List<StagedPayment> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StagedPayment staged = created(State.ACCEPTED, new TestOrder(client), jam::close);
            staged.shop()
                    .confirm(staged.id(), AMOUNT, "Prefer", "respond-async")
                    .is(202)
                    .of("ACCEPTED");
            all.add(staged);
        }
        return all;
    }

    /** Makes a payment one whose time to be confirmed is over. */
    public static void outdate(String payment) {
        try (Connection connection = Testbed.database().asSuperuser();
                PreparedStatement update = connection.prepareStatement(
                        "UPDATE payments SET expires_at = now() - interval '1 minute' WHERE id = ?::uuid")) {
            update.setString(1, payment);
            update.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public void awaitState(State expected) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> shop.read(id).is(200).of(expected.name()));
    }

    /** Lets whatever keeps it in its state go. */
    @Override
    public void close() {
        letGo.run();
    }
}
