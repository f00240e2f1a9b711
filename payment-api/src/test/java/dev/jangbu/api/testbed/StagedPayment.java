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
 * A payment of 3,000 in two lines, brought to a status through the API and kept in it until its release.
 *
 * @param id the payment's id
 * @param release ends the hold at the PSP that keeps the status
 */
public record StagedPayment(State state, TestOrder order, String id, Runnable release) implements AutoCloseable {

    public static final long AMOUNT = 3_000;

    private static final CompletionProducer COMPLETIONS = new CompletionProducer();

    /** The status of a payment. */
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

    /** A payment with this status. */
    public static StagedPayment in(State state) {
        return many(state, 1).getFirst();
    }

    /** Several payments with this status, whose waits overlap. */
    public static List<StagedPayment> many(State state, int count) {
        Client client = Testbed.client();
        PspProxy gate = Testbed.psp();
        return switch (state) {
            case READY -> repeat(count, () -> created(state, new TestOrder(client), () -> {}));
            case ACCEPTED -> accepted(count, client);
            case EXECUTING -> repeat(count, () -> executing(client, gate));
            case UNKNOWN ->
                repeat(count, () -> {
                    TestOrder order = new TestOrder(client);
                    gate.cut(order.tag());
                    StagedPayment staged = created(state, order, () -> gate.restore(order.tag()));
                    order.confirm(staged.id(), AMOUNT).is(202).of("UNKNOWN");
                    return staged;
                });
            case REVIEW -> repeat(count, () -> confirmed(state, new TestOrder(client, "sim_wrong_amount"), 202));
            case APPROVED -> repeat(count, () -> confirmed(state, new TestOrder(client), 200));
            case COMPLETED -> {
                List<StagedPayment> all = repeat(count, () -> {
                    StagedPayment staged = confirmed(State.APPROVED, new TestOrder(client), 200);
                    return new StagedPayment(state, staged.order(), staged.id(), () -> {});
                });
                all.forEach(payment -> COMPLETIONS.completed(SettlementKind.PAYMENT, payment.id()));
                all.forEach(payment -> payment.awaitState(State.COMPLETED));
                yield all;
            }
            case DECLINED -> repeat(count, () -> confirmed(state, new TestOrder(client, "sim_declined"), 402));
            case CANCELED ->
                repeat(count, () -> {
                    StagedPayment staged = created(state, new TestOrder(client), () -> {});
                    staged.order().cancel(staged.id()).is(200).of("CANCELED");
                    return staged;
                });
            case EXPIRED -> {
                List<StagedPayment> all = repeat(count, () -> created(state, new TestOrder(client), () -> {}));
                all.forEach(payment -> expire(payment.id()));
                all.forEach(payment -> payment.awaitState(State.EXPIRED));
                yield all;
            }
        };
    }

    private static List<StagedPayment> repeat(int count, java.util.function.Supplier<StagedPayment> payment) {
        return Stream.generate(payment).limit(count).toList();
    }

    private static StagedPayment created(State state, TestOrder order, Runnable release) {
        return new StagedPayment(
                state, order, order.create(2_000, 1_000).is(201).id(), release);
    }

    private static StagedPayment confirmed(State state, TestOrder order, int status) {
        StagedPayment staged = created(state, order, () -> {});
        order.confirm(staged.id(), AMOUNT).is(status);
        return staged;
    }

    private static StagedPayment executing(Client client, PspProxy gate) {
        TestOrder order = new TestOrder(client);
        StagedPayment staged = created(State.EXECUTING, order, () -> {});
        PspProxy.Hold hold = gate.holdBefore(order.tag());
        CompletableFuture<Reply> buyer = client.postAsync(
                "/payments/" + staged.id() + "/confirm", order.confirmation(AMOUNT), UUID.randomUUID());
        hold.awaitArrival();
        return new StagedPayment(State.EXECUTING, order, staged.id(), () -> {
            gate.restore(order.tag());
            buyer.join();
        });
    }

    /** Payments in a queue whose slots at the PSP are all occupied. */
    private static List<StagedPayment> accepted(int count, Client client) {
        BlockedQueue blocked = BlockedQueue.of(client, Testbed.ASYNC_CONCURRENCY);
        List<StagedPayment> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StagedPayment staged = created(State.ACCEPTED, new TestOrder(client), blocked::close);
            staged.order()
                    .confirm(staged.id(), AMOUNT, "Prefer", "respond-async")
                    .is(202)
                    .of("ACCEPTED");
            all.add(staged);
        }
        return all;
    }

    /** Sets the payment's expiry to the past. */
    public static void expire(String payment) {
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
        await().pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> order.read(id).is(200).of(expected.name()));
    }

    /** Releases the payment. */
    @Override
    public void close() {
        release.run();
    }
}
