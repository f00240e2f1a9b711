package dev.jangbu.api.testbed;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Runs an action for several items in parallel, so that their waits overlap. */
public final class Parallel {

    private Parallel() {}

    /** Runs the action for all items in parallel; fails with the first failure in the items' order. */
    public static <T> void forEach(List<T> items, Consumer<T> action) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<? extends Future<?>> all = items.stream()
                    .map(item -> threads.submit(() -> action.accept(item)))
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
