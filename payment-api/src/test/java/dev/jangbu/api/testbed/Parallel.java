package dev.jangbu.api.testbed;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Things that each take a wait, at the price of one. */
public final class Parallel {

    private Parallel() {}

    /** Does it for each at once; fails as the first of them that fails. */
    public static <T> void each(List<T> things, Consumer<T> what) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<? extends Future<?>> all = things.stream()
                    .map(thing -> threads.submit(() -> what.accept(thing)))
                    .toList();
            for (Future<?> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
