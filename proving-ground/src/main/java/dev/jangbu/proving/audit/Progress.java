package dev.jangbu.proving.audit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Says what is being done while it takes long: a line at once for each step, and one every few seconds within it. */
public final class Progress implements AutoCloseable {

    private static final Duration EVERY = Duration.ofSeconds(3);

    private final Consumer<String> out;
    private final AtomicLong seen = new AtomicLong();
    private final Thread teller;
    private volatile String step = "";
    private volatile long stepBegan = System.nanoTime();

    /** @param out takes whole lines */
    public Progress(Consumer<String> out) {
        this.out = out;
        this.teller = Thread.ofVirtual().name("progress").start(this::tell);
    }

    /** Begins a step. */
    void step(String name) {
        seen.set(0);
        stepBegan = System.nanoTime();
        step = name;
        out.accept(name);
    }

    /** Says something that isn't a step. */
    void say(String line) {
        out.accept(line);
    }

    void saw(long things) {
        seen.addAndGet(things);
    }

    /** How many things were looked at since the step began. */
    long seen() {
        return seen.get();
    }

    private void tell() {
        try {
            while (true) {
                Thread.sleep(EVERY);
                long seconds = (System.nanoTime() - stepBegan) / 1_000_000_000;
                if (!step.isEmpty() && seconds >= EVERY.toSeconds()) {
                    long looked = seen.get();
                    out.accept(
                            "    … %d s%s".formatted(seconds, looked == 0 ? "" : ", %,d looked at".formatted(looked)));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        teller.interrupt();
    }
}
