package dev.jangbu.proving.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jfree.chart.ChartRenderingInfo;
import org.jfree.chart.ChartUtils;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.imagemap.ImageMapUtils;
import org.jfree.chart.plot.Plot;
import org.jfree.chart.plot.SeriesRenderingOrder;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.StandardXYBarPainter;
import org.jfree.chart.renderer.xy.XYBarRenderer;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;

/** Bars of a plot, given by their ranges on both axes. Later labels cover earlier ones. */
public final class Bars {

    private static final int WIDTH = 1_350;
    private static final Color GRID = new Color(0xdddad2);

    private final XYIntervalSeriesCollection data = new XYIntervalSeriesCollection();
    private final XYBarRenderer renderer = new XYBarRenderer();
    private final List<List<String>> tips = new ArrayList<>();

    /** A range of values on an axis. */
    public record Range(double from, double to) {

        double middle() {
            return (from + to) / 2;
        }
    }

    public Bars() {
        renderer.setUseYInterval(true);
        renderer.setShadowVisible(false);
        renderer.setBarPainter(new StandardXYBarPainter());
        renderer.setDefaultToolTipGenerator(
                (all, series, item) -> tips.get(series).get(item));
    }

    /** Adds a bar; the legend explains its label. The tip is shown under the mouse. */
    public void add(String label, Color color, Range across, Range up, String tip) {
        if (data.indexOf(label) < 0) {
            renderer.setSeriesPaint(data.getSeriesCount(), color);
            data.addSeries(new XYIntervalSeries(label, false, true));
            tips.add(new ArrayList<>());
        }
        int series = data.indexOf(label);
        data.getSeries(series).add(across.middle(), across.from(), across.to(), up.middle(), up.from(), up.to());
        tips.get(series).add(tip);
    }

    /** The plot of these bars. */
    public XYPlot plot(ValueAxis across, ValueAxis up) {
        XYPlot plot = new XYPlot(data, across, up, renderer);
        plot.setBackgroundPaint(Color.WHITE);
        plot.setOutlineVisible(false);
        plot.setSeriesRenderingOrder(SeriesRenderingOrder.FORWARD);
        plot.setDomainGridlinePaint(GRID);
        plot.setRangeGridlinePaint(GRID);
        plot.setDomainGridlineStroke(new BasicStroke(1));
        plot.setRangeGridlineStroke(new BasicStroke(1));
        return plot;
    }

    /** The plot with a legend as an HTML image that contains its data, and the map of its tips. */
    public static String image(Plot plot, int height) throws IOException {
        JFreeChart chart = new JFreeChart(null, new Font(Font.SANS_SERIF, Font.BOLD, 14), plot, true);
        chart.setBackgroundPaint(Color.WHITE);
        chart.setPadding(new RectangleInsets(6, 6, 6, 24));
        chart.getLegend().setFrame(BlockBorder.NONE);
        ChartRenderingInfo info = new ChartRenderingInfo();
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        // Twice as many pixels, for screens of high density.
        ChartUtils.writeBufferedImageAsPNG(png, chart.createBufferedImage(2 * WIDTH, 2 * height, WIDTH, height, info));
        return "<img usemap=\"#tips\" width=\"%d\" height=\"%d\" src=\"data:image/png;base64,%s\">%s"
                .formatted(
                        WIDTH,
                        height,
                        Base64.getEncoder().encodeToString(png.toByteArray()),
                        ImageMapUtils.getImageMap("tips", info));
    }
}
