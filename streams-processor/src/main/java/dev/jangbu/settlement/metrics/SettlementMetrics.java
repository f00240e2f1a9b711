package dev.jangbu.settlement;

import dev.jangbu.contract.Rejection;
import dev.jangbu.contract.SettlementKind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;

/**
 * What the desks count. A transaction that aborts and is done again counts twice: these are for watching, the ledger is for
 * proof.
 */
public final class SettlementMetrics {

    private record Incomplete(long references, long overdue, long oldestMs) {}

    private final MeterRegistry meters;
    private final Map<Integer, Incomplete> incompleteByPartition = new ConcurrentHashMap<>();

    public SettlementMetrics(MeterRegistry meters) {
        this.meters = meters;
        Gauge.builder("jangbu.settlement.references.open", () -> sum(Incomplete::references))
                .description(
                        "References of which a part, but not all, is posted; at least so many from 10000 a partition")
                .register(meters);
        Gauge.builder("jangbu.settlement.references.incomplete", () -> sum(Incomplete::overdue))
                .description("References of which a part, but not all, has been posted for minutes")
                .register(meters);
        Gauge.builder("jangbu.settlement.references.oldest", this::oldestMs)
                .description("How long the oldest of them has waited for a part")
                .baseUnit("milliseconds")
                .register(meters);
    }

    /** A wallet moved. */
    public void applied(SettlementKind kind) {
        count("jangbu.settlement.applied", "kind", kind.name());
    }

    /** A payout was refused. */
    public void refused(Rejection reason) {
        count("jangbu.settlement.refusals", "reason", reason.name());
    }

    /** A request that was decided before was dropped. */
    public void duplicate() {
        Counter.builder("jangbu.settlement.duplicates").register(meters).increment();
    }

    /** Every part of a reference is posted. */
    public void completed(SettlementKind kind) {
        count("jangbu.settlement.completed", "kind", kind.name());
    }

    /** A record went to the dead letters. Every one deserves an alarm. */
    public void deadLetter(String by, String why) {
        Counter.builder("jangbu.settlement.dead.letters")
                .tag("by", by)
                .tag("reason", why.toLowerCase(Locale.ROOT))
                .register(meters)
                .increment();
    }

    /**
     * The references of a partition that lack a part.
     *
     * @param references how many
     * @param overdue how many of them for minutes
     * @param oldestMs how long the oldest has
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

    private void count(String name, String tag, String value) {
        Counter.builder(name)
                .tag(tag, value.toLowerCase(Locale.ROOT))
                .register(meters)
                .increment();
    }
}
