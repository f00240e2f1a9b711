package dev.jangbu.proving.torture;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A run as a self-contained HTML page: figures, timeline, faults, checks. */
final class HtmlReport {

    private final RunResult result;
    private final CompletedRun run;

    private HtmlReport(RunResult result, CompletedRun run) {
        this.result = result;
        this.run = run;
    }

    static void write(Path html, RunResult result, CompletedRun run) throws IOException {
        Files.writeString(html, new HtmlReport(result, run).page());
    }

    private String page() throws IOException {
        String name = "seed %d, %s".formatted(result.seed(), result.length());
        return """
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
                <title>Torture: %s</title>
                <style>
                %s</style></head>
                <body>
                <h1>Torture: %s <span class="verdict %s">%s</span></h1>
                <p class="sub">%s, %d clients at a time, %d faults. Repeat with <code>./jangbu torture --seed %d</code></p>
                <div class="tiles">%s</div>
                <div class="drawing">%s%s</div>
                <h2>Checks</h2><ul>%s</ul>%s
                <h2>Faults</h2>
                <table><tr><th class="n">#</th><th class="n">at, s</th><th>fault</th><th class="n">healthy</th>
                <th class="n">next approval</th><th class="n">next completion</th><th>outcome</th></tr>%s</table>
                <p class="sub">Seconds from the start of the fault: until the part is healthy, until a payment confirmed afterwards is
                approved, until a payment approved afterwards is completed.</p>
                </body></html>
                """.formatted(
                        name,
                        style(),
                        name,
                        result.outcome(),
                        result.outcome(),
                        result.at(),
                        result.clients(),
                        run.injectedFaults().size(),
                        result.seed(),
                        tiles(),
                        TimelineChart.of(run),
                        legend(),
                        items(),
                        run.verdicts().evidence().isEmpty() ? "" : "<ul class=\"evidence\">" + evidence() + "</ul>",
                        run.injectedFaults().stream().map(HtmlReport::row).collect(Collectors.joining("\n")));
    }

    private String tiles() {
        RunResult.Figures load = result.load();
        return tile("%,d".formatted(load.orders()), "orders")
                + tile(
                        "%,d"
                                .formatted(result.answers().values().stream()
                                        .mapToLong(Long::longValue)
                                        .sum()),
                        "answers")
                + tile("%,d".formatted(load.repeatedCalls()), "repeated calls")
                + tile(
                        "%,d ms / %,d ms".formatted(load.approvalP50Ms(), load.approvalP99Ms()),
                        "confirmation to approval, median / p99")
                + tile(
                        "%,d ms / %,d ms".formatted(load.completionP50Ms(), load.completionP99Ms()),
                        "approval to completion, median / p99")
                + tile(RunClock.seconds(load.worstApprovalMs()) + " s", "longest until an approval")
                + tile(RunClock.seconds(load.worstCompletionMs()) + " s", "longest until a completion")
                + tile("%,d".formatted(load.duplicates()), "duplicate requests")
                + tile("%,d".formatted(load.poison()), "poison records")
                + tile("%,d".formatted(result.violations()), "violations");
    }

    private static String tile(String figure, String what) {
        return "<div class=\"tile\"><b>%s</b><span>%s</span></div>".formatted(figure, what);
    }

    private static String legend() {
        StringBuilder legend = new StringBuilder("<p class=\"legend\">");
        key(legend, "killed", "killed, until healthy");
        key(legend, "paused", "paused");
        key(legend, "restarted", "orderly restart");
        key(legend, "storm", "PSP fault storm");
        key(legend, "republished", "republished rows");
        key(legend, "poisoned", "poison");
        key(legend, "down", "unhealthy");
        for (ClientTimeline.AnswerClass each : ClientTimeline.AnswerClass.values()) {
            key(legend, each.name().toLowerCase(Locale.ROOT), "answer: " + each.text());
        }
        key(legend, "median", "median");
        key(legend, "spread", "up to p99");
        return legend.append("</p>").toString();
    }

    private static void key(StringBuilder legend, String cssClass, String what) {
        legend.append("<span><i class=\"key %s\"></i>%s</span>".formatted(cssClass, what));
    }

    private String items() {
        return run.verdicts().lines().stream()
                .map(line -> "<li>" + Svg.escaped(line) + "</li>")
                .collect(Collectors.joining());
    }

    private String evidence() {
        return run.verdicts().evidence().stream()
                .map(line -> "<li>" + Svg.escaped(line) + "</li>")
                .collect(Collectors.joining());
    }

    private static String row(InjectedFault fault) {
        return "<tr><td class=\"n\">%d</td><td class=\"n\">%s</td><td><i class=\"key %s\"></i>%s</td>%s%s%s<td class=\"outcome\">%s</td></tr>"
                .formatted(
                        fault.number(),
                        RunClock.seconds(fault.at()),
                        TimelineChart.cssClass(fault.fault()),
                        Svg.escaped(fault.fault().toString()),
                        after(fault.healthyAfter()),
                        after(fault.approvedAfter()),
                        after(fault.completedAfter()),
                        Svg.escaped(fault.outcome()));
    }

    private static String after(@Nullable Long millis) {
        return "<td class=\"n\">" + (millis == null ? "–" : RunClock.seconds(millis)) + "</td>";
    }

    private static String style() throws IOException {
        try (InputStream css = HtmlReport.class.getResourceAsStream("report.css")) {
            return new String(Objects.requireNonNull(css, "report.css").readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
