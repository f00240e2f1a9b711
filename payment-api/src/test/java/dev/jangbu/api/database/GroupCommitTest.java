package dev.jangbu.api.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Instance;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Calls that share a statement: none affects the result of another. */
class GroupCommitTest {

    private static Instance instance;
    private static Client client;

    /**
     * The longest linger time, so that concurrent calls share statements even on a slow machine; time-outs to match.
     */
    @BeforeAll
    static void start() {
        instance = Testbed.anotherInstance(
                "jangbu.group-commit.linger=1s",
                "jangbu.psp.timeout=20s",
                "spring.r2dbc.properties.lockWaitTimeout=PT60S",
                "spring.r2dbc.properties.statementTimeout=PT60S");
        client = instance.client();
    }

    @AfterAll
    static void stop() {
        instance.close();
    }

    @Test
    void concurrentPaymentsShareStatements() {
        List<TestOrder> shops = shops(40);
        long before = statements();

        List<String> ids =
                create(shops).stream().map(reply -> reply.is(201).id()).toList();
        List<Reply> confirmed = all(shops.size(), i -> confirm(shops.get(i), ids.get(i)));

        confirmed.forEach(reply -> reply.is(200).of("APPROVED"));
        // 120 without sharing.
        assertThat(statements() - before).isLessThan(30);
        for (int i = 0; i < shops.size(); i++) {
            PaymentInvariants.ofMainInstance().verify(shops.get(i), ids.get(i));
        }
    }

    @Test
    void aRefusedCallDoesNotAffectOthers() {
        List<TestOrder> shops = shops(10);
        shops.get(4).create(1_000).is(201);

        List<Reply> replies = create(shops);

        for (int i = 0; i < shops.size(); i++) {
            if (i == 4) {
                replies.get(i).problem(409, "order-already-exists");
            } else {
                replies.get(i).is(201).of("READY");
            }
        }
    }

    @Test
    void ofConcurrentCreationsOfOneOrderOneSucceeds() {
        List<TestOrder> others = shops(5);
        TestOrder wanted = new TestOrder(client);

        List<CompletableFuture<Reply>> same = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            same.add(client.postAsync("/payments", wanted.creation(1_000), UUID.randomUUID()));
        }
        create(others).forEach(reply -> reply.is(201));

        List<Integer> statuses =
                same.stream().map(reply -> reply.join().status()).sorted().toList();
        assertThat(statuses).containsExactly(201, 409, 409, 409, 409);
    }

    @Test
    void ofConcurrentCallsWithOneKeyOneIsExecutedAndTheOthersAreReplayed() {
        TestOrder shop = new TestOrder(client);
        UUID key = UUID.randomUUID();

        List<Reply> replies = all(5, i -> client.postAsync("/payments", shop.creation(1_000), key));

        assertThat(replies).allSatisfy(reply -> reply.is(201));
        assertThat(replies.stream().map(Reply::id).distinct()).hasSize(1);
        assertThat(replies.stream().filter(Reply::replayed)).hasSize(4);
    }

    @Test
    void ofConcurrentCallsWithOneKeyAndDifferentBodiesOneIsRefused() {
        List<TestOrder> others = shops(5);
        UUID key = UUID.randomUUID();

        List<Reply> replies =
                all(2, i -> client.postAsync("/payments", others.get(i).creation(1_000), key));

        assertThat(replies.stream().map(Reply::status).sorted()).containsExactly(201, 422);
    }

    @Test
    void ofConcurrentConfirmationsOfOnePaymentOneCharges() {
        List<TestOrder> others = shops(6);
        List<String> ids =
                create(others).stream().map(reply -> reply.is(201).id()).toList();

        List<CompletableFuture<Reply>> same = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            same.add(confirm(others.getFirst(), ids.getFirst()));
        }
        List<Reply> rest = all(5, i -> confirm(others.get(i + 1), ids.get(i + 1)));

        rest.forEach(reply -> reply.is(200).of("APPROVED"));
        List<Integer> statuses =
                same.stream().map(reply -> reply.join().status()).toList();
        assertThat(statuses).contains(200).allMatch(Set.of(200, 409)::contains);
        for (int i = 0; i < others.size(); i++) {
            PaymentInvariants.ofMainInstance().verify(others.get(i), ids.get(i));
        }
    }

    @Test
    void aUsedPaymentKeyIsRefusedWithoutAffectingOthers() {
        List<TestOrder> shops = shops(6);
        List<String> ids =
                create(shops).stream().map(reply -> reply.is(201).id()).toList();
        confirm(shops.get(5), ids.get(5)).join().is(200);

        CompletableFuture<Reply> taken = client.postAsync(
                "/payments/" + ids.getFirst() + "/confirm",
                TestOrder.confirmation(shops.get(5).paymentKey(), 1_000),
                UUID.randomUUID());
        List<Reply> rest = all(4, i -> confirm(shops.get(i + 1), ids.get(i + 1)));

        taken.join().problem(409, "payment-key-used");
        rest.forEach(reply -> reply.is(200).of("APPROVED"));
    }

    /** Another session locks one payment: the others are confirmed, and that one after the lock is released. */
    @Test
    void aLockedPaymentDoesNotBlockOthers() throws SQLException {
        List<TestOrder> shops = shops(5);
        List<String> ids =
                create(shops).stream().map(reply -> reply.is(201).id()).toList();
        CompletableFuture<Reply> held;
        try (Connection holder = Testbed.database().asSuperuser();
                Statement lock = holder.createStatement()) {
            holder.setAutoCommit(false);
            lock.execute("SELECT id FROM payments WHERE id = '" + ids.getFirst() + "' FOR UPDATE");

            held = confirm(shops.getFirst(), ids.getFirst());
            List<Reply> rest = all(4, i -> confirm(shops.get(i + 1), ids.get(i + 1)));

            rest.forEach(reply -> reply.is(200).of("APPROVED"));
            assertThat(held).isNotDone();
            holder.rollback();
        }
        held.join().is(200).of("APPROVED");
    }

    /** Number of statements so far, of all kinds. */
    private static long statements() {
        return instance.bean(MeterRegistry.class).find("jangbu.group.commit").summaries().stream()
                .mapToLong(DistributionSummary::count)
                .sum();
    }

    private static List<TestOrder> shops(int count) {
        List<TestOrder> shops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            shops.add(new TestOrder(client));
        }
        return shops;
    }

    private static List<Reply> create(List<TestOrder> shops) {
        return all(shops.size(), i -> client.postAsync("/payments", shops.get(i).creation(1_000), UUID.randomUUID()));
    }

    private static CompletableFuture<Reply> confirm(TestOrder shop, String id) {
        return client.postAsync("/payments/" + id + "/confirm", shop.confirmation(1_000), UUID.randomUUID());
    }

    private interface Call {
        CompletableFuture<Reply> send(int number);
    }

    private static List<Reply> all(int count, Call call) {
        List<CompletableFuture<Reply>> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sent.add(call.send(i));
        }
        return sent.stream().map(CompletableFuture::join).toList();
    }
}
