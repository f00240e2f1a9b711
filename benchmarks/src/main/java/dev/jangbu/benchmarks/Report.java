package dev.jangbu.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** Writes results as a table, as JSON and as a chart. */
record Report(Machine machine, BenchOptions options) {

    /** The output directory. */
    static Path folder(Path home) {
        return home.resolve("target").resolve("bench");
    }

    /** Writes {@code <bench>.json} and {@code <bench>.html}. */
    List<Path> write(Results results) throws IOException {
        Path folder = Files.createDirectories(folder(options.home()));
        Path json = folder.resolve(results.bench() + ".json");
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("machine", machine);
        document.put("seed", options.seed);
        document.put("rounds", options.rounds);
        document.put("linesPerPayment", options.lines);
        document.put("results", results);
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), document);
        Path chart = folder.resolve(results.bench() + ".html");
        if (results.comparisons().isEmpty()) {
            return List.of(json);
        }
        Chart.write(results, machine, chart);
        return List.of(json, chart);
    }

    /** Formats the results as a text table. */
    String table(Results results) {
        StringBuilder text = new StringBuilder("\n%s, %s: median of %d rounds on %s\n\n"
                .formatted(results.bench(), results.unit(), options.rounds, machine));
        text.append("%-52s %12s %9s %9s %8s %8s %7s\n"
                .formatted("", results.unit(), "payments", "CPU ms", "WAL B", "Kafka B", "MiB"));
        text.append("%-52s %12s %9s %9s %8s %8s %7s\n"
                .formatted("", "", "per round", "/payment", "/payment", "/payment", "peak"));
        Map<String, List<Sample>> rows = results.samples().stream()
                .filter(Sample::accepted)
                .collect(Collectors.groupingBy(
                        sample -> sample.cell() + ": " + sample.competitor(), TreeMap::new, Collectors.toList()));
        Set<Usage> printed = new HashSet<>();
        rows.forEach((row, samples) -> {
            text.append("%-52s %,12.1f".formatted(row, median(samples, Sample::value)));
            // Cells of the same rounds share their resource use.
            if (printed.add(samples.getFirst().usage())) {
                text.append(resources(samples));
            }
            text.append('\n');
        });
        results.samples().stream()
                .filter(sample -> !sample.accepted())
                .forEach(sample -> text.append("REFUSED %s: %s, round %d: %s\n"
                        .formatted(
                                sample.cell(),
                                sample.competitor(),
                                sample.round(),
                                String.join("; ", sample.errors()))));
        if (!results.comparisons().isEmpty()) {
            text.append("\n%-58s %8s %19s %7s\n".formatted("ours ÷ theirs", "median", "95 % of bootstrap", "wanted"));
        }
        results.comparisons().forEach(comparison -> text.append(ratio(comparison)));
        results.notes().forEach(note -> text.append("\n").append(note).append("\n"));
        return text.toString();
    }

    private static String resources(List<Sample> samples) {
        return " %,9.0f %9.3f %,8.0f %,8.0f %,7.0f   %s"
                .formatted(
                        median(samples, Sample::payments),
                        median(samples, per(Usage::allCpuMs)),
                        median(samples, per(Usage::walBytes)),
                        median(samples, per(Usage::kafkaBytes)),
                        median(samples, sample -> sample.usage().allPeakMb()),
                        processes(samples));
    }

    /** Processor time by process, microseconds per payment. */
    private static String processes(List<Sample> samples) {
        return samples.getFirst().usage().cpuMs().keySet().stream()
                .map(process -> "%s %.0f"
                        .formatted(
                                process,
                                1_000
                                        * median(samples, per(usage -> usage.cpuMs()
                                                .getOrDefault(process, 0L)))))
                .collect(Collectors.joining(", ", "(µs: ", ")"));
    }

    private static String ratio(Comparison comparison) {
        Ratio ratio = comparison.ratio();
        return "%-58s %8.2f %9.2f … %6.2f %7s %s\n"
                .formatted(
                        comparison.what(),
                        ratio.median(),
                        ratio.low(),
                        ratio.high(),
                        comparison.wanted() == 0 ? "" : "%.2f".formatted(comparison.wanted()),
                        comparison.wanted() == 0 ? "" : comparison.met() ? "met" : "not met");
    }

    private static ToDoubleFunction<Sample> per(ToLongFunction<Usage> what) {
        return sample -> (double) what.applyAsLong(sample.usage()) / Math.max(1, sample.payments());
    }

    private static double median(List<Sample> samples, ToDoubleFunction<Sample> value) {
        return Ratio.median(samples.stream().mapToDouble(value).toArray());
    }
}
