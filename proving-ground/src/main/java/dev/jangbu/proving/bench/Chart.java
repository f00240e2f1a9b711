package dev.jangbu.proving.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The ratios with their intervals, and what is wanted of them, on a logarithmic scale. */
final class Chart {

    private Chart() {}

    static void write(Results results, Machine machine, Path png) throws IOException {
        // Nothing is shown on a screen, and there may be none.
        System.setProperty("java.awt.headless", "true");
        List<String> names = new ArrayList<>();
        List<Double> medians = new ArrayList<>();
        List<Double> errors = new ArrayList<>();
        List<Double> wanted = new ArrayList<>();
        for (Comparison comparison : results.comparisons()) {
            Ratio ratio = comparison.ratio();
            names.add(comparison.what());
            medians.add(ratio.median());
            errors.add(Math.max(ratio.high() - ratio.median(), ratio.median() - ratio.low()));
            // What has no target is drawn onto its own value, where nobody sees it.
            wanted.add(comparison.wanted() == 0 ? ratio.median() : comparison.wanted());
        }
        CategoryChart chart = new CategoryChartBuilder()
                .width(1_200)
                .height(720)
                .title("Jangbu beside its peers: " + results.bench() + ", how many times better (" + machine.cores()
                        + " cores)")
                .yAxisTitle("ours ÷ theirs")
                .build();
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setXAxisLabelRotation(35);
        chart.getStyler().setLegendPosition(LegendPosition.InsideNE);
        chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Scatter);
        chart.getStyler().setMarkerSize(11);
        chart.addSeries("wanted at least", names, wanted);
        chart.addSeries("measured, with the bootstrap's 95 %", names, medians, errors);
        BitmapEncoder.saveBitmap(chart, png.toString(), BitmapFormat.PNG);
    }
}
