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

/** A run as a page that stands alone: what came of it, the timeline, every fault, and what was checked. */
final class Picture {

    private final Result result;
    private final Run run;

    private Picture(Result result, Run run) {
        this.result = result;
        this.run = run;
    }

    static void write(Path html, Result result, Run run) throws IOException {
        Files.writeString(html, new Picture(result, run).page());
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
                <h2>What was checked</h2><ul>%s</ul>%s
                <h2>What struck</h2>
                <table><tr><th class="n">#</th><th class="n">at, s</th><th>fault</th><th class="n">works again</th>
                <th class="n">next approval</th><th class="n">next completion</th><th>what came of it</th></tr>%s</table>
                <p class="sub">Seconds from when it struck: until the part's own health is good, until something is approved that was asked
                for afterwards, until something is completed that was approved afterwards.</p>
                </body></html>
                """.formatted(
                        name,
                        style(),
                        name,
                        result.outcome(),
                        result.outcome(),
                        result.at(),
                        result.clients(),
                        run.struck().size(),
                        result.seed(),
                        tiles(),
                        Timeline.of(run),
                        legend(),
                        items(),
                        run.verdicts().evidence().isEmpty() ? "" : "<ul class=\"evidence\">" + evidence() + "</ul>",
                        run.struck().stream().map(Picture::row).collect(Collectors.joining("\n")));
    }

    private String tiles() {
        Result.Load load = result.load();
        return tile("%,d".formatted(load.orders()), "orders")
                + tile(
                        "%,d"
                                .formatted(result.answers().values().stream()
                                        .mapToLong(Long::longValue)
                                        .sum()),
                        "answers")
                + tile("%,d".formatted(load.repeatedCalls()), "calls sent again")
                + tile(
                        "%,d ms / %,d ms".formatted(load.approvalP50Ms(), load.approvalP99Ms()),
                        "approval, median / p99")
                + tile(
                        "%,d ms / %,d ms".formatted(load.completionP50Ms(), load.completionP99Ms()),
                        "to completed, median / p99")
                + tile(RunTime.seconds(load.worstApprovalMs()) + " s", "longest until an approval")
                + tile(RunTime.seconds(load.worstCompletionMs()) + " s", "longest until a completion")
                + tile("%,d".formatted(load.cameAgain()), "requests came again")
                + tile("%,d".formatted(load.poison()), "poison records")
                + tile("%,d".formatted(result.breaches()), "breaches");
    }

    private static String tile(String figure, String what) {
        return "<div class=\"tile\"><b>%s</b><span>%s</span></div>".formatted(figure, what);
    }

    private static String legend() {
        StringBuilder legend = new StringBuilder("<p class=\"legend\">");
        key(legend, "killed", "killed, until it works again");
        key(legend, "paused", "standing still");
        key(legend, "restarted", "orderly restart");
        key(legend, "storm", "storm at the PSP");
        key(legend, "republished", "rows sent again");
        key(legend, "poisoned", "poison");
        key(legend, "down", "doesn't work");
        for (ClientTimeline.Sort each : ClientTimeline.Sort.values()) {
            key(legend, each.name().toLowerCase(Locale.ROOT), "answer: " + each.text());
        }
        key(legend, "median", "median");
        key(legend, "spread", "up to p99");
        return legend.append("</p>").toString();
    }

    private static void key(StringBuilder legend, String colour, String what) {
        legend.append("<span><i class=\"key %s\"></i>%s</span>".formatted(colour, what));
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

    private static String row(InjectedFault struck) {
        return "<tr><td class=\"n\">%d</td><td class=\"n\">%s</td><td><i class=\"key %s\"></i>%s</td>%s%s%s<td class=\"said\">%s</td></tr>"
                .formatted(
                        struck.number(),
                        RunTime.seconds(struck.at()),
                        Timeline.colour(struck.fault()),
                        Svg.escaped(struck.fault().toString()),
                        after(struck.healthyAfter()),
                        after(struck.approvedAfter()),
                        after(struck.completedAfter()),
                        Svg.escaped(struck.outcome()));
    }

    private static String after(@Nullable Long millis) {
        return "<td class=\"n\">" + (millis == null ? "–" : RunTime.seconds(millis)) + "</td>";
    }

    private static String style() throws IOException {
        try (InputStream css = Picture.class.getResourceAsStream("picture.css")) {
            return new String(Objects.requireNonNull(css, "picture.css").readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
