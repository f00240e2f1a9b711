package dev.jangbu.proving.torture;

import com.samskivert.mustache.Mustache;
import dev.jangbu.proving.torture.InjectedFault.Recovery;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** A run as a self-contained HTML page, made of {@code report.html}: figures, timeline, checks, faults. */
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
                    after(fault, Recovery.HEALTHY),
                    after(fault, Recovery.APPROVED),
                    after(fault, Recovery.COMPLETED));
        }

        private static String after(InjectedFault fault, Recovery sign) {
            Long millis = fault.recoveredAfter(sign);
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
                "faults", run.faults().stream().map(Row::of).toList());
        try (InputStreamReader template = new InputStreamReader(
                Objects.requireNonNull(HtmlReport.class.getResourceAsStream("report.html")), StandardCharsets.UTF_8)) {
            Files.writeString(html, Mustache.compiler().compile(template).execute(page));
        }
    }
}
