package dev.jangbu.proving.bugs;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The report of {@code ./jangbu bugs} for {@code docs/planted-bugs.md}, made of {@code report.mustache}: the detectors
 * that reported each bug.
 */
final class DetectionMatrix {

    private DetectionMatrix() {}

    /** A row of the table. A control run has no bug. */
    private record Row(String name, String defect, String harm, String scenario, String caughtBy) {

        static Row of(DetectionResult result, @Nullable PlantedBug bug) {
            String caughtBy = result.detections().keySet().stream()
                    .map(Detector::column)
                    .distinct()
                    .collect(Collectors.joining("; "));
            return new Row(
                    bug == null ? "*none*" : bug.name(),
                    bug == null ? "" : bug.bug(),
                    bug == null ? "" : bug.harm(),
                    result.scenario().label(),
                    caughtBy.isEmpty() ? "–" : caughtBy);
        }
    }

    /**
     * The report in Markdown.
     *
     * @param bugs by name
     * @param results one for each bug, and the control runs
     */
    static String markdown(Map<String, PlantedBug> bugs, List<DetectionResult> results, long seed, LocalDate date)
            throws IOException {
        Map<String, Object> report = Map.of(
                "seed",
                seed,
                "date",
                date,
                "runs",
                results.stream()
                        .map(result -> Row.of(result, bugs.get(result.bug())))
                        .toList(),
                "scenarios",
                Arrays.asList(Scenario.values()));
        try (InputStreamReader template = new InputStreamReader(
                Objects.requireNonNull(DetectionMatrix.class.getResourceAsStream("report.mustache")),
                StandardCharsets.UTF_8)) {
            return Mustache.compiler().escapeHTML(false).compile(template).execute(report);
        }
    }
}
