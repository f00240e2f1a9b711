/**
 * {@code ./jangbu bench}: compares Jangbu with alternatives in one run on one machine, as ratios.
 *
 * <p>{@link dev.jangbu.benchmarks.BenchCommand} parses the command line and runs {@code SettleBench}, {@code
 * EngineBench}, {@code ApiBench}, {@code LatencyBench} and {@code CdcBench}. All use {@code Rounds}: seeded input,
 * shuffled order, a discarded warm-up round, and {@code Check}, which every round must pass to count.
 */
@NullMarked
package dev.jangbu.benchmarks;

import org.jspecify.annotations.NullMarked;
