package dev.jangbu.settlement.metrics;

import dev.jangbu.contract.Rejection;
import dev.jangbu.contract.SettlementKind;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * Counts the processors' work. A transaction that is aborted and repeated counts twice; use the ledger for exact
 * figures.
 */
public final class SettlementMetrics {

    private record Incomplete(long references, long overdue, long oldestMs) {}

    private final MeterRegistry meters;
    private final Map<Integer, Incomplete> incompleteByPartition = new ConcurrentHashMap<>();

    public SettlementMetrics(MeterRegistry meters) {
        this.meters = meters;
        Gauge.builder("jangbu.settlement.references.open", () -> sum(Incomplete::references))
                .description("References with some but not all parts posted; counts at most 10000 per partition")
                .register(meters);
        Gauge.builder("jangbu.settlement.references.incomplete", () -> sum(Incomplete::overdue))
                .description("References with some but not all parts posted for more than five minutes")
                .register(meters);
        Gauge.builder("jangbu.settlement.references.oldest", this::oldestMs)
                .description("Age of the oldest reference with some but not all parts posted")
                .baseUnit("milliseconds")
                .register(meters);
    }

    /** Counts an entry applied to a wallet. */
    public void applied(SettlementKind kind) {
        count("jangbu.settlement.applied", "kind", kind.name());
    }

    /** Counts a rejected payout. */
    public void rejected(Rejection reason) {
        count("jangbu.settlement.refusals", "reason", reason.name());
    }

    /** Counts a dropped duplicate request. */
    public void duplicate() {
        count("jangbu.settlement.duplicates");
    }

    /** Counts a reference whose parts are all posted. */
    public void completed(SettlementKind kind) {
        count("jangbu.settlement.completed", "kind", kind.name());
    }

    /** Counts a record sent to the dead letters. Alert on every one. */
    public void deadLetter(String processor, String reason) {
        count("jangbu.settlement.dead.letters", "by", processor, "reason", reason);
    }

    /**
     * Sets the gauges of a partition's incomplete references.
     *
     * @param references the number of references that lack a part
     * @param overdue how many of them have lacked it for more than five minutes
     * @param oldestMs the age of the oldest, milliseconds
     */
    public void incompleteReferences(int partition, long references, long overdue, long oldestMs) {
        incompleteByPartition.put(partition, new Incomplete(references, overdue, oldestMs));
    }

    private long sum(ToLongFunction<Incomplete> count) {
        return incompleteByPartition.values().stream().mapToLong(count).sum();
    }

    private long oldestMs() {
        return incompleteByPartition.values().stream()
                .mapToLong(Incomplete::oldestMs)
                .max()
                .orElse(0);
    }

    /** @param tags names and values in turn; a value is counted in lower case */
    private void count(String name, String... tags) {
        String[] lower =
                Stream.of(tags).map(tag -> tag.toLowerCase(Locale.ROOT)).toArray(String[]::new);
        meters.counter(name, lower).increment();
    }
}
