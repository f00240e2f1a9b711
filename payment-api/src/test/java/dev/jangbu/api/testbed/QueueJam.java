package dev.jangbu.api.testbed;

import java.util.List;
import java.util.stream.IntStream;

/** Payments that were accepted and now stand still at the PSP, so that others wait for their places. */
public final class QueueJam implements AutoCloseable {

    private final List<Shop> shops;

    private QueueJam(List<Shop> shops) {
        this.shops = shops;
    }

    /** As many as there are places: returns when all of them stand. They do so until the PSP's time-out. */
    public static QueueJam of(Client client, int places) {
        List<Shop> shops =
                IntStream.range(0, places).mapToObj(i -> new Shop(client)).toList();
        List<PspGate.Hold> holds =
                shops.stream().map(shop -> Testbed.psp().holdBefore(shop.tag())).toList();
        for (Shop shop : shops) {
            String id = shop.create(1_000).is(201).id();
            shop.confirm(id, 1_000, "Prefer", "respond-async").is(202);
        }
        holds.forEach(PspGate.Hold::awaitArrival);
        return new QueueJam(shops);
    }

    @Override
    public void close() {
        shops.forEach(shop -> Testbed.psp().mend(shop.tag()));
    }
}
