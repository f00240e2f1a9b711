package dev.jangbu.benchmarks;

import java.util.Map;

/**
 * What a round took.
 *
 * @param cpuMs processor time of each process, milliseconds
 * @param peakMb the most memory that each process held, MiB; of PostgreSQL at the end, shared pages counted once
 * @param walBytes written ahead by PostgreSQL
 * @param kafkaBytes by which the broker's logs grew, changelogs and transaction markers included
 */
record Usage(Map<String, Long> cpuMs, Map<String, Long> peakMb, long walBytes, long kafkaBytes) {

    long allCpuMs() {
        return cpuMs.values().stream().mapToLong(Long::longValue).sum();
    }

    long allPeakMb() {
        return peakMb.values().stream().mapToLong(Long::longValue).sum();
    }
}
