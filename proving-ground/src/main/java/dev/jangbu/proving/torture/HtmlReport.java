package dev.jangbu.proving.torture;

import com.samskivert.mustache.Mustache;
import dev.jangbu.proving.torture.HealthMonitor.Outage;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A run as a self-contained HTML page, made of {@code report.html}: figures, timeline, checks, faults, outages. */
final class HtmlReport {

    private HtmlReport() {}

    /** A row of the table of faults. */
    private record Row(
            InjectedFault fault,
            String at,
            String color,
            String text,
            String healthy,
            String approved,
            String completed) {

        static Row of(InjectedFault fault) {
            return new Row(
                    fault,
                    RunClock.seconds(fault.at()),
                    "#%06x"
                            .formatted(
                                    TimelineChart.Look.of(fault.fault()).color().getRGB() & 0xffffff),
                    fault.fault().text(),
                    after(fault.healthyAfter()),
                    after(fault.approvedAfter()),
                    after(fault.completedAfter()));
        }

        private static String after(@Nullable Long millis) {
            return millis == null ? "–" : RunClock.seconds(millis);
        }
    }

    static void write(Path html, RunResult result, CompletedRun run) throws IOException {
        Map<String, Object> page = Map.of(
                "name", "seed %d, %s".formatted(result.seed(), result.length()),
                "result", result,
                "tiles", result.figures().entrySet(),
                "charts", TimelineChart.of(run),
                "verdicts", run.verdicts(),
                "faultCount", run.faults().size(),
                "faults", run.faults().stream().map(Row::of).toList(),
                "outages", outages(run).entrySet());
        try (InputStreamReader template = new InputStreamReader(
                Objects.requireNonNull(HtmlReport.class.getResourceAsStream("report.html")), StandardCharsets.UTF_8)) {
            Files.writeString(html, Mustache.compiler().compile(template).execute(page));
        }
    }

    /** The outages of each part that had any, by the end of the load. */
    private static Map<String, String> outages(CompletedRun run) {
        Map<String, String> outages = new TreeMap<>();
        run.outages().forEach((part, all) -> outages.put(part, text(all, run.loadEndedMs())));
        outages.values().removeIf(String::isEmpty);
        return outages;
    }

    private static String text(List<Outage> outages, long loadEndedMs) {
        return outages.stream()
                .filter(outage -> outage.from() < loadEndedMs)
                .map(outage -> "%s (%s)"
                        .formatted(RunClock.seconds(outage.to() - outage.from()), RunClock.seconds(outage.from())))
                .collect(Collectors.joining(", "));
    }
}
