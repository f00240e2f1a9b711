package dev.jangbu.proving.torture;

import dev.jangbu.proving.stack.EphemeralStack;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/** The timeline of a run as SVG: faults and outages of each part above; answers and latencies per second below. */
final class TimelineChart {

    private static final int LEFT = 150;
    private static final int WIDTH = 1_200;
    private static final int ROW = 26;
    private static final int CHART = 120;
    private static final int BETWEEN = 46;
    private static final int HEAD = 34;

    private final CompletedRun run;
    private final long lastMs;
    private final List<SecondStats> seconds;
    private final Svg svg = new Svg();

    private TimelineChart(CompletedRun run) {
        this.run = run;
        this.lastMs = Math.max(1_000, run.loadEnded());
        this.seconds = run.timeline().seconds();
    }

    static String of(CompletedRun run) {
        return new TimelineChart(run).draw();
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
        rows.addAll(EphemeralStack.PARTS.stream()
                .filter(part -> !rows.contains(part))
                .toList());
        rows.add(Fault.TOPICS);
        int charts = HEAD + rows.size() * ROW + BETWEEN;
        int height = charts + 3 * (CHART + BETWEEN);
        axis(height - BETWEEN);
        for (int i = 0; i < rows.size(); i++) {
            row(rows.get(i), HEAD + i * ROW);
        }
        answers(charts);
        times(
                "confirmation to approval, ms",
                charts + CHART + BETWEEN,
                SecondStats::approvals,
                SecondStats::approvalP50,
                SecondStats::approvalP99);
        times(
                "approval to completion, ms",
                charts + 2 * (CHART + BETWEEN),
                SecondStats::completions,
                SecondStats::completionP50,
                SecondStats::completionP99);
        return "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"faults and client answers\">%s</svg>"
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
        for (HealthMonitor.Outage outage : run.outages().getOrDefault(part, List.of())) {
            if (outage.from() < lastMs) {
                svg.box(
                        "down",
                        x(outage.from()),
                        top + 8,
                        width(outage.from(), outage.to()),
                        ROW - 16,
                        "%s was unhealthy for %s s".formatted(part, RunClock.seconds(outage.to() - outage.from())));
            }
        }
        for (InjectedFault fault : run.injectedFaults()) {
            if (fault.fault().part().equals(part)) {
                bar(fault, top);
            }
        }
    }

    private void bar(InjectedFault fault, int top) {
        Long healthy = fault.healthyAfter();
        long until = healthy == null ? fault.ended() : fault.at() + healthy;
        String tip = "#%d %s, at %s s. %s"
                .formatted(fault.number(), fault.fault(), RunClock.seconds(fault.at()), fault.outcome());
        svg.box("fault " + cssClass(fault.fault()), x(fault.at()), top + 4, width(fault.at(), until), ROW - 8, tip);
        svg.text("number", "start", x(fault.at()) + 2, top + 3, Integer.toString(fault.number()));
    }

    /** The CSS class of a fault. */
    static String cssClass(Fault fault) {
        return switch (fault) {
            case Fault.Killed killed -> "killed";
            case Fault.KilledBeforeOffsetCommit killed -> "killed";
            case Fault.Paused paused -> "paused";
            case Fault.PspPaused paused -> "paused";
            case Fault.Restarted restarted -> "restarted";
            case Fault.PspFaultStorm storm -> "storm";
            case Fault.Republished republished -> "republished";
            case Fault.Poisoned poisoned -> "poisoned";
        };
    }

    /** Stacked area chart of answers per second by class. */
    private void answers(int top) {
        title("answers per second", top);
        int max = Math.max(
                10, seconds.stream().mapToInt(TimelineChart::answers).max().orElse(0));
        svg.text("tick", "end", LEFT - 8, top + 10, Integer.toString(max));
        svg.text("tick", "end", LEFT - 8, top + CHART, "0");
        int[] below = new int[seconds.size()];
        for (ClientTimeline.AnswerClass each : ClientTimeline.AnswerClass.values()) {
            StringBuilder points = new StringBuilder();
            int[] above = below.clone();
            for (int i = 0; i < seconds.size(); i++) {
                above[i] += seconds.get(i).answers(each);
                step(points, i, above[i], max, top, i == 0 ? 'M' : 'L');
            }
            for (int i = seconds.size() - 1; i >= 0; i--) {
                points.append(Svg.point('L', x(1_000L * (i + 1)), y(below[i], max, top)));
                points.append(Svg.point('L', x(1_000L * i), y(below[i], max, top)));
            }
            svg.path("area " + each.name().toLowerCase(Locale.ROOT), points + "Z");
            below = above;
        }
        svg.line("base", LEFT, top + CHART, LEFT + WIDTH, top + CHART);
    }

    private void step(StringBuilder points, int second, int value, int max, int top, char first) {
        points.append(Svg.point(first, x(1_000L * second), y(value, max, top)));
        points.append(Svg.point('L', x(1_000L * (second + 1)), y(value, max, top)));
    }

    private static int answers(SecondStats second) {
        return second.answers().values().stream().mapToInt(Integer::intValue).sum();
    }

    private static double y(int value, int max, int top) {
        return top + CHART - (double) CHART * value / max;
    }

    /** Median and p99 of each second on a logarithmic scale; seconds without a value are empty. */
    private void times(
            String title,
            int top,
            ToIntFunction<SecondStats> count,
            ToLongFunction<SecondStats> median,
            ToLongFunction<SecondStats> p99) {
        title(title, top);
        for (long tick = 1; tick <= 100_000; tick *= 10) {
            svg.line("grid", LEFT, logY(tick, top), LEFT + WIDTH, logY(tick, top));
            svg.text("tick", "end", LEFT - 8, logY(tick, top) + 4, "%,d".formatted(tick));
        }
        for (SecondStats second : seconds) {
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
