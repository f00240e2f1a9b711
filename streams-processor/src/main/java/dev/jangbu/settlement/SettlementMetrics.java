package dev.jangbu.settlement;

import dev.jangbu.contract.Rejection;
import dev.jangbu.contract.SettlementKind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the desks count. A transaction that aborts and is done again counts twice: these are for watching, the ledger is for
 * proof.
 */
public final class SettlementMetrics {

    private final MeterRegistry meters;
    private final Map<Integer, Integer> incompleteByPartition = new ConcurrentHashMap<>();

    public SettlementMetrics(MeterRegistry meters) {
        this.meters = meters;
        Gauge.builder("jangbu.settlement.references.incomplete", this, SettlementMetrics::incompleteReferences)
                .description("References of which a part, but not all, has been posted for minutes")
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

    /** A record went to the dead letters. Every one deserves an alarm. */
    public void deadLetter(String by, String why) {
        Counter.builder("jangbu.settlement.dead.letters")
                .tag("by", by)
                .tag("reason", why.toLowerCase(Locale.ROOT))
                .register(meters)
                .increment();
    }

    /** How many references of a partition have waited for a part for minutes. */
    public void incompleteReferences(int partition, int count) {
        incompleteByPartition.put(partition, count);
    }

    private int incompleteReferences() {
        return incompleteByPartition.values().stream()
                .mapToInt(Integer::intValue)
                .sum();
    }

    private void count(String name, String tag, String value) {
        Counter.builder(name)
                .tag(tag, value.toLowerCase(Locale.ROOT))
                .register(meters)
                .increment();
    }
}
