package dev.jangbu.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * An HTML page with each ratio on a logarithmic axis: a point for the median, a bar for its confidence interval, a mark
 * for the target. Jangbu is better right of 1.
 */
final class Chart {

    private static final int LABELS = 430;
    private static final int WIDTH = 1_160;
    private static final int ROW = 30;
    private static final int TOP = 46;

    private final List<Comparison> comparisons;
    private final double lowest;
    private final double highest;

    private Chart(List<Comparison> comparisons) {
        this.comparisons = comparisons;
        this.lowest = decade(comparisons.stream().mapToDouble(Chart::min).min().orElse(1), -1);
        this.highest = decade(comparisons.stream().mapToDouble(Chart::max).max().orElse(1), 1);
    }

    static void write(Results results, Machine machine, Path html) throws IOException {
        Files.writeString(html, new Chart(results.comparisons()).page(results.bench(), machine));
    }

    private String page(String bench, Machine machine) {
        StringBuilder svg = new StringBuilder();
        int height = TOP + comparisons.size() * ROW + 20;
        for (double tick = lowest; tick < highest * 1.01; tick *= 10) {
            svg.append(line(x(tick), TOP - 12, x(tick), height - 14, tick > 0.99 && tick < 1.01 ? "one" : "grid"));
            svg.append(text(x(tick), TOP - 20, "middle", tick < 1 ? "%.2g".formatted(tick) : "%.0f".formatted(tick)));
        }
        for (int i = 0; i < comparisons.size(); i++) {
            row(svg, comparisons.get(i), TOP + i * ROW + ROW / 2);
        }
        return """
                <!doctype html><html lang="en"><head><meta charset="utf-8"><title>Jangbu and competitors: %s</title><style>
                body { font: 14px sans-serif; margin: 2em; color: #222 }
                .grid { stroke: #ddd } .one { stroke: #888; stroke-dasharray: 4 3 }
                .interval { stroke: #9bbbe0; stroke-width: 7 } .wanted { stroke: #c0392b; stroke-width: 3 }
                circle { fill: #1f5fa8 } text { font-size: 13px; fill: #333 }
                </style></head><body><h1>Jangbu and competitors: %s</h1>
                <p>Ratio Jangbu ÷ competitor on a logarithmic scale: median of the rounds (point), 95 %% bootstrap interval
                of the median (bar), and target (red). Right of 1, Jangbu is better.</p>
                <svg width="%d" height="%d" role="img">%s</svg><p>%s</p></body></html>
                """.formatted(bench, bench, WIDTH + 120, height, svg, machine);
    }

    private void row(StringBuilder svg, Comparison comparison, int y) {
        Ratio ratio = comparison.ratio();
        svg.append(text(LABELS - 14, y + 5, "end", comparison.what()));
        svg.append(line(x(ratio.low()), y, x(ratio.high()), y, "interval"));
        if (comparison.wanted() > 0) {
            svg.append(line(x(comparison.wanted()), y - 10, x(comparison.wanted()), y + 10, "wanted"));
        }
        svg.append(String.format(Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%d\" r=\"5\"/>", x(ratio.median()), y));
        svg.append(text(WIDTH + 14, y + 5, "start", "%.2f".formatted(ratio.median())));
    }

    private double x(double ratio) {
        return LABELS + (WIDTH - LABELS) * Math.log(ratio / lowest) / Math.log(highest / lowest);
    }

    private static double min(Comparison comparison) {
        return comparison.wanted() > 0
                ? Math.min(comparison.wanted(), comparison.ratio().low())
                : comparison.ratio().low();
    }

    private static double max(Comparison comparison) {
        return Math.max(comparison.wanted(), comparison.ratio().high());
    }

    /** The next power of ten beyond a ratio, at least one away from 1. */
    private static double decade(double ratio, int direction) {
        double power = Math.log10(Math.max(ratio, 1e-6));
        return Math.pow(10, direction < 0 ? Math.min(-1, Math.floor(power)) : Math.max(1, Math.ceil(power)));
    }

    private static String line(double x1, int y1, double x2, int y2, String kind) {
        return String.format(
                Locale.ROOT, "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" class=\"%s\"/>", x1, y1, x2, y2, kind);
    }

    private static String text(double x, int y, String anchor, String text) {
        return String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>", x, y, anchor, text);
    }
}
