package dev.jangbu.api.testbed;

import java.util.List;
import java.util.stream.IntStream;

/** Accepted payments that are held at the PSP, so that later ones stay in the queue. */
public final class BlockedQueue implements AutoCloseable {

    private final List<TestOrder> orders;

    private BlockedQueue(List<TestOrder> orders) {
        this.orders = orders;
    }

    /** Fills the given number of slots and waits until all calls are held. They are held until the PSP timeout. */
    public static BlockedQueue of(Client client, int slots) {
        List<TestOrder> orders =
                IntStream.range(0, slots).mapToObj(i -> new TestOrder(client)).toList();
        List<PspProxy.Hold> holds = orders.stream()
                .map(order -> Testbed.psp().holdBefore(order.tag()))
                .toList();
        for (TestOrder order : orders) {
            String id = order.create(1_000).is(201).id();
            order.confirm(id, 1_000, "Prefer", "respond-async").is(202);
        }
        holds.forEach(PspProxy.Hold::awaitArrival);
        return new BlockedQueue(orders);
    }

    @Override
    public void close() {
        orders.forEach(order -> Testbed.psp().restore(order.tag()));
    }
}
