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
public record Staged(State state, Shop shop, String id, Runnable letGo) implements AutoCloseable {

    public static final long AMOUNT = 3_000;

    private static final Completions COMPLETIONS = new Completions();

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
    public static Staged in(State state) {
        return many(state, 1).getFirst();
    }

    /** Some of them, for the price of one where that is a wait. */
    public static List<Staged> many(State state, int count) {
        Client client = Testbed.client();
        PspGate gate = Testbed.psp();
        return switch (state) {
            case READY -> repeat(count, () -> created(state, new Shop(client), () -> {}));
            case ACCEPTED -> accepted(count, client);
            case EXECUTING -> repeat(count, () -> executing(client, gate));
            case UNKNOWN ->
                repeat(count, () -> {
                    Shop shop = new Shop(client);
                    gate.cut(shop.tag());
                    Staged staged = created(state, shop, () -> gate.mend(shop.tag()));
                    shop.confirm(staged.id(), AMOUNT).is(202).of("UNKNOWN");
                    return staged;
                });
            case REVIEW -> repeat(count, () -> confirmed(state, new Shop(client, "sim_wrong_amount"), 202));
            case APPROVED -> repeat(count, () -> confirmed(state, new Shop(client), 200));
            case COMPLETED -> {
                List<Staged> all = repeat(count, () -> {
                    Staged staged = confirmed(State.APPROVED, new Shop(client), 200);
                    return new Staged(state, staged.shop(), staged.id(), () -> {});
                });
                all.forEach(one -> COMPLETIONS.completed(SettlementKind.PAYMENT, one.id()));
                all.forEach(one -> one.awaitState(State.COMPLETED));
                yield all;
            }
            case DECLINED -> repeat(count, () -> confirmed(state, new Shop(client, "sim_declined"), 402));
            case CANCELED ->
                repeat(count, () -> {
                    Staged staged = created(state, new Shop(client), () -> {});
                    staged.shop().cancel(staged.id()).is(200).of("CANCELED");
                    return staged;
                });
            case EXPIRED -> {
                List<Staged> all = repeat(count, () -> created(state, new Shop(client), () -> {}));
                all.forEach(one -> outdate(one.id()));
                all.forEach(one -> one.awaitState(State.EXPIRED));
                yield all;
            }
        };
    }

    private static List<Staged> repeat(int count, java.util.function.Supplier<Staged> one) {
        return Stream.generate(one).limit(count).toList();
    }

    private static Staged created(State state, Shop shop, Runnable letGo) {
        return new Staged(state, shop, shop.create(2_000, 1_000).is(201).id(), letGo);
    }

    private static Staged confirmed(State state, Shop shop, int answer) {
        Staged staged = created(state, shop, () -> {});
        shop.confirm(staged.id(), AMOUNT).is(answer);
        return staged;
    }

    private static Staged executing(Client client, PspGate gate) {
        Shop shop = new Shop(client);
        Staged staged = created(State.EXECUTING, shop, () -> {});
        PspGate.Hold hold = gate.holdBefore(shop.tag());
        CompletableFuture<Reply> buyer =
                client.posted("/payments/" + staged.id() + "/confirm", shop.confirmation(AMOUNT), UUID.randomUUID());
        hold.awaitArrival();
        return new Staged(State.EXECUTING, shop, staged.id(), () -> {
            gate.mend(shop.tag());
            buyer.join();
        });
    }

    /** They wait behind others that occupy every place at the PSP. */
    private static List<Staged> accepted(int count, Client client) {
        QueueJam jam = QueueJam.of(client, Testbed.ASYNC_CONCURRENCY);
        List<Staged> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Staged staged = created(State.ACCEPTED, new Shop(client), jam::close);
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
