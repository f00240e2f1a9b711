package dev.jangbu.proving.audit;

import dev.jangbu.operator.console.InterruptibleTask;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Prints a line at the begin of each step, and one every three seconds during a step. */
public final class ProgressReporter implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofSeconds(3);

    private final Consumer<String> out;
    private final AtomicLong examined = new AtomicLong();
    private final Thread reporter;
    private volatile String step = "";
    private volatile long stepBegan = System.nanoTime();

    /** @param out receives whole lines */
    public ProgressReporter(Consumer<String> out) {
        this.out = out;
        this.reporter = Thread.ofVirtual().name("progress").start(InterruptibleTask.of(this::report));
    }

    /** Begins a step. */
    void step(String name) {
        examined.set(0);
        stepBegan = System.nanoTime();
        step = name;
        out.accept(name);
    }

    /** Prints a line that is not a step. */
    void print(String line) {
        out.accept(line);
    }

    void count(long items) {
        examined.addAndGet(items);
    }

    /** The number of items examined since the step began. */
    long counted() {
        return examined.get();
    }

    private void report() throws InterruptedException {
        while (true) {
            Thread.sleep(INTERVAL);
            long seconds = (System.nanoTime() - stepBegan) / 1_000_000_000;
            if (!step.isEmpty() && seconds >= INTERVAL.toSeconds()) {
                long count = examined.get();
                out.accept("    … %d s%s".formatted(seconds, count == 0 ? "" : ", %,d examined".formatted(count)));
            }
        }
    }

    @Override
    public void close() {
        reporter.interrupt();
    }
}
