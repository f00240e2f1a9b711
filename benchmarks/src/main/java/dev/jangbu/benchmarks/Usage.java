package dev.jangbu.benchmarks;

import java.util.Map;

/**
 * Resources used by a round.
 *
 * @param cpuMs processor time of each process, milliseconds
 * @param peakMb peak memory of each process, MiB; for PostgreSQL at the end, shared pages counted once
 * @param walBytes write-ahead log of PostgreSQL
 * @param kafkaBytes growth of the broker's logs, changelogs and transaction markers included
 */
record Usage(Map<String, Long> cpuMs, Map<String, Long> peakMb, long walBytes, long kafkaBytes) {

    long allCpuMs() {
        return cpuMs.values().stream().mapToLong(Long::longValue).sum();
    }

    long allPeakMb() {
        return peakMb.values().stream().mapToLong(Long::longValue).sum();
    }
}
