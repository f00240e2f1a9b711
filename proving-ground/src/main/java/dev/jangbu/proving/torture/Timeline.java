package dev.jangbu.proving.torture;

import dev.jangbu.proving.stack.OwnStack;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/** A run from left to right: what was struck, and under it, second by second, what clients saw. */
final class Timeline {

    private static final int LEFT = 150;
    private static final int WIDTH = 1_200;
    private static final int ROW = 26;
    private static final int CHART = 120;
    private static final int BETWEEN = 46;
    private static final int HEAD = 34;

    private final Run run;
    private final long lastMs;
    private final List<Second> seconds;
    private final Svg svg = new Svg();

    private Timeline(Run run) {
        this.run = run;
        this.lastMs = Math.max(1_000, run.loadEnded());
        this.seconds = run.seen().seconds();
    }

    static String of(Run run) {
        return new Timeline(run).draw();
    }

    private String draw() {
        List<String> rows = new ArrayList<>(List.of(
                "payment-api",
                "psp-simulator",
                "postgres",
                "connect",
                "kafka",
                "registry",
                "streams-processor",
                "ledger-service"));
        rows.addAll(OwnStack.PARTS.stream().filter(part -> !rows.contains(part)).toList());
        rows.add(Fault.TOPICS);
        int charts = HEAD + rows.size() * ROW + BETWEEN;
        int height = charts + 3 * (CHART + BETWEEN);
        axis(height - BETWEEN);
        for (int i = 0; i < rows.size(); i++) {
            row(rows.get(i), HEAD + i * ROW);
        }
        answers(charts);
        times(
                "approval answered, ms",
                charts + CHART + BETWEEN,
                Second::approvals,
                Second::approvalP50,
                Second::approvalP99);
        times(
                "approved to completed, ms",
                charts + 2 * (CHART + BETWEEN),
                Second::completions,
                Second::completionP50,
                Second::completionP99);
        return "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"what was struck, and what clients saw\">%s</svg>"
                .formatted(LEFT + WIDTH + 10, height, svg);
    }

    private void axis(int bottom) {
        long step = lastMs <= 150_000 ? 10_000 : lastMs <= 900_000 ? 60_000 : 300_000;
        for (long at = 0; at <= lastMs; at += step) {
            svg.line("grid", x(at), HEAD - 8, x(at), bottom);
            svg.text(
                    "tick",
                    "middle",
                    x(at),
                    HEAD - 14,
                    at % 60_000 == 0 && at > 0 ? at / 60_000 + " min" : at / 1_000 + " s");
        }
    }

    private void row(String part, int top) {
        svg.text("label", "end", LEFT - 12, top + ROW * 0.66, part);
        svg.line("base", LEFT, top + ROW / 2.0, LEFT + WIDTH, top + ROW / 2.0);
        for (Health.Gap gap : run.gaps().getOrDefault(part, List.of())) {
            if (gap.from() < lastMs) {
                svg.box(
                        "down",
                        x(gap.from()),
                        top + 8,
                        width(gap.from(), gap.to()),
                        ROW - 16,
                        "%s did not work for %s s".formatted(part, RunTime.seconds(gap.to() - gap.from())));
            }
        }
        for (InjectedFault struck : run.struck()) {
            if (struck.fault().part().equals(part)) {
                bar(struck, top);
            }
        }
    }

    private void bar(InjectedFault struck, int top) {
        Long healthy = struck.healthyAfter();
        long until = healthy == null ? struck.ended() : struck.at() + healthy;
        String tip = "#%d %s, at %s s. %s"
                .formatted(struck.number(), struck.fault(), RunTime.seconds(struck.at()), struck.outcome());
        svg.box("fault " + colour(struck.fault()), x(struck.at()), top + 4, width(struck.at(), until), ROW - 8, tip);
        svg.text("number", "start", x(struck.at()) + 2, top + 3, Integer.toString(struck.number()));
    }

    /** The class of a fault in the style sheet and in the legend. */
    static String colour(Fault fault) {
        return switch (fault) {
            case Fault.Killed killed -> "killed";
            case Fault.Unstored unstored -> "killed";
            case Fault.Paused paused -> "paused";
            case Fault.Silent silent -> "paused";
            case Fault.Restarted restarted -> "restarted";
            case Fault.Storm storm -> "storm";
            case Fault.Republished republished -> "republished";
            case Fault.Poisoned poisoned -> "poisoned";
        };
    }

    /** Answers of each second, one class upon the other. */
    private void answers(int top) {
        title("answers each second", top);
        int most =
                Math.max(10, seconds.stream().mapToInt(Timeline::answers).max().orElse(0));
        svg.text("tick", "end", LEFT - 8, top + 10, Integer.toString(most));
        svg.text("tick", "end", LEFT - 8, top + CHART, "0");
        int[] below = new int[seconds.size()];
        for (ClientTimeline.Sort each : ClientTimeline.Sort.values()) {
            StringBuilder points = new StringBuilder();
            int[] above = below.clone();
            for (int i = 0; i < seconds.size(); i++) {
                above[i] += seconds.get(i).answers(each);
                step(points, i, above[i], most, top, i == 0 ? 'M' : 'L');
            }
            for (int i = seconds.size() - 1; i >= 0; i--) {
                points.append(Svg.point('L', x(1_000L * (i + 1)), y(below[i], most, top)));
                points.append(Svg.point('L', x(1_000L * i), y(below[i], most, top)));
            }
            svg.path("area " + each.name().toLowerCase(Locale.ROOT), points + "Z");
            below = above;
        }
        svg.line("base", LEFT, top + CHART, LEFT + WIDTH, top + CHART);
    }

    private void step(StringBuilder points, int second, int value, int most, int top, char first) {
        points.append(Svg.point(first, x(1_000L * second), y(value, most, top)));
        points.append(Svg.point('L', x(1_000L * (second + 1)), y(value, most, top)));
    }

    private static int answers(Second second) {
        return second.answers().values().stream().mapToInt(Integer::intValue).sum();
    }

    private static double y(int value, int most, int top) {
        return top + CHART - (double) CHART * value / most;
    }

    /** Median and p99 of each second on a logarithmic scale; a second without any has none. */
    private void times(
            String title,
            int top,
            ToIntFunction<Second> count,
            ToLongFunction<Second> median,
            ToLongFunction<Second> p99) {
        title(title, top);
        for (long tick = 1; tick <= 100_000; tick *= 10) {
            svg.line("grid", LEFT, logY(tick, top), LEFT + WIDTH, logY(tick, top));
            svg.text("tick", "end", LEFT - 8, logY(tick, top) + 4, "%,d".formatted(tick));
        }
        for (Second second : seconds) {
            if (count.applyAsInt(second) > 0) {
                double x = x(1_000L * second.second());
                double high = logY(p99.applyAsLong(second), top);
                double low = logY(median.applyAsLong(second), top);
                double wide = Math.max(0.8, x(1_000) - x(0) - 0.3);
                svg.box(
                        "spread",
                        x,
                        high,
                        wide,
                        Math.max(1, low - high),
                        "%d s: median %,d ms, p99 %,d ms, %d"
                                .formatted(
                                        second.second(),
                                        median.applyAsLong(second),
                                        p99.applyAsLong(second),
                                        count.applyAsInt(second)));
                svg.box("median", x, low - 1, wide, 2, "");
            }
        }
    }

    private void title(String title, int top) {
        svg.text("title", "start", LEFT, top - 8, title);
    }

    private static double logY(long millis, int top) {
        double decades = Math.log10(Math.clamp(millis, 1, 100_000));
        return top + CHART - CHART * decades / 5;
    }

    private double x(long millis) {
        return LEFT + (double) WIDTH * Math.min(millis, lastMs) / lastMs;
    }

    private double width(long from, long to) {
        return Math.max(3, x(to) - x(from));
    }
}
