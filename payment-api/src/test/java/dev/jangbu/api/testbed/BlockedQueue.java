package dev.jangbu.api.testbed;

import java.util.List;
import java.util.stream.IntStream;

/** Payments that were accepted and now stand still at the PSP, so that others wait for their places. */
public final class BlockedQueue implements AutoCloseable {

    private final List<TestOrder> shops;

    private BlockedQueue(List<TestOrder> shops) {
        this.shops = shops;
    }

    /** As many as there are places: returns when all of them stand. They do so until the PSP's time-out. */
    public static BlockedQueue of(Client client, int places) {
        List<TestOrder> shops =
                IntStream.range(0, places).mapToObj(i -> new TestOrder(client)).toList();
        List<PspProxy.Hold> holds =
                shops.stream().map(shop -> Testbed.psp().holdBefore(shop.tag())).toList();
        for (TestOrder shop : shops) {
            String id = shop.create(1_000).is(201).id();
            shop.confirm(id, 1_000, "Prefer", "respond-async").is(202);
        }
        holds.forEach(PspProxy.Hold::awaitArrival);
        return new BlockedQueue(shops);
    }

    @Override
    public void close() {
        shops.forEach(shop -> Testbed.psp().restore(shop.tag()));
    }
}
