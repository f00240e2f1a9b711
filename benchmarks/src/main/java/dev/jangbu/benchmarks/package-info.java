/**
 * {@code ./jangbu bench}: Jangbu beside what a user would build instead, in one run on one machine, as ratios.
 *
 * <p>{@link dev.jangbu.benchmarks.BenchCommand} reads the command line and has each bench run: {@code SettleBench},
 * {@code EngineBench}, {@code ApiBench}, {@code LatencyBench} and {@code ChangeStreamBench}. All go by {@code Rounds}: seeded input, shuffled
 * order, a discarded round, and {@code Check}, which every round must pass to count.
 */
@NullMarked
package dev.jangbu.benchmarks;

import org.jspecify.annotations.NullMarked;
