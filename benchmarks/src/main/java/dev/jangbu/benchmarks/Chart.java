package dev.jangbu.benchmarks;

import dev.jangbu.proving.chart.Bars;
import dev.jangbu.proving.chart.Bars.Range;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.util.List;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;

/**
 * An HTML page with each ratio on a logarithmic axis: its median, confidence interval and target. Jangbu is better right
 * of 1.
 */
final class Chart {

    private static final int ROW = 34;
    private static final int AXIS_AND_LEGEND = 90;

    private Chart() {}

    static void write(Results results, Machine machine, Path html) throws IOException {
        List<Comparison> comparisons = results.comparisons();
        String title = "Jangbu and competitors: " + results.bench();
        String image = Bars.image(draw(comparisons), comparisons.size() * ROW + AXIS_AND_LEGEND);
        Files.writeString(html, """
                <!doctype html><html lang="en"><head><meta charset="utf-8"><title>%s</title>
                <style>body { font: 14px sans-serif; margin: 2em; color: #222 }</style></head><body><h1>%s</h1>
                <p>Ratio Jangbu ÷ competitor on a logarithmic scale. Right of 1, Jangbu is better.</p>
                %s<p>%s</p></body></html>
                """.formatted(title, title, image, machine));
    }

    private static XYPlot draw(List<Comparison> comparisons) {
        Bars bars = new Bars();
        double lowest = 0.1;
        double highest = 10;
        for (int row = 0; row < comparisons.size(); row++) {
            Comparison comparison = comparisons.get(row);
            Ratio ratio = comparison.ratio();
            String tip = "median %.2f, interval %.2f … %.2f".formatted(ratio.median(), ratio.low(), ratio.high());
            Range interval = new Range(ratio.low(), ratio.high());
            bars.add("95 % bootstrap interval of the median", new Color(0x9bbbe0), interval, row(row, 0.14), tip);
            bars.add("median of the rounds", new Color(0x1f5fa8), mark(ratio.median(), 1.012), row(row, 0.24), tip);
            lowest = Math.min(lowest, ratio.low());
            highest = Math.max(highest, ratio.high());
            if (comparison.wanted() > 0) {
                Range target = mark(comparison.wanted(), 1.006);
                bars.add("target", new Color(0xc0392b), target, row(row, 0.36), "%.2f".formatted(comparison.wanted()));
                lowest = Math.min(lowest, comparison.wanted());
                highest = Math.max(highest, comparison.wanted());
            }
        }
        XYPlot plot = bars.plot(ratios(lowest, highest), names(comparisons));
        plot.addDomainMarker(new ValueMarker(1, Color.GRAY, plot.getDomainGridlineStroke()));
        return plot;
    }

    /** The names of the rows with the medians. */
    private static SymbolAxis names(List<Comparison> comparisons) {
        SymbolAxis names = new SymbolAxis(
                null,
                comparisons.stream()
                        .map(comparison -> "%s   %.2f"
                                .formatted(comparison.what(), comparison.ratio().median()))
                        .toArray(String[]::new));
        names.setInverted(true);
        names.setGridBandsVisible(false);
        return names;
    }

    /** Whole decades; the first one has a label if it is within the range. */
    private static LogAxis ratios(double lowest, double highest) {
        LogAxis ratios = new LogAxis();
        ratios.setRange(
                0.98 * Math.pow(10, Math.floor(Math.log10(lowest))), Math.pow(10, Math.ceil(Math.log10(highest))));
        ratios.setTickUnit(new NumberTickUnit(1));
        ratios.setNumberFormatOverride(new DecimalFormat("#,##0.###"));
        ratios.setMinorTickMarksVisible(false);
        return ratios;
    }

    private static Range row(int row, double half) {
        return new Range(row - half, row + half);
    }

    private static Range mark(double value, double factor) {
        return new Range(value / factor, value * factor);
    }
}
