package dev.jangbu.proving.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The common look of the reports' charts. Sizes are pixels of the page; images have {@link #SCALE} times as many. */
public final class Charts {

    private static final int WIDTH = 1_350;
    private static final int SCALE = 2;
    private static final int ROW = 27;
    private static final int TITLE_AXIS_AND_LEGEND = 110;
    private static final Color GRID = new Color(0xe6e3dc);

    private Charts() {}

    /** @param labelWidth width of the labels left of the plot; charts below each other need the same */
    public static XYChart create(String title, int height, int labelWidth) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(height)
                .title(title)
                .theme(ChartTheme.XChart)
                .build();
        chart.getStyler()
                .setPlotContentSize(1)
                .setYAxisLeftWidthHint(labelWidth)
                .setPlotBorderVisible(false)
                .setChartBackgroundColor(Color.WHITE)
                .setChartTitleBoxVisible(false)
                .setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 14))
                .setLegendPosition(LegendPosition.OutsideS)
                .setLegendLayout(LegendLayout.Horizontal)
                .setLegendBorderColor(Color.WHITE)
                .setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12))
                .setAnnotationTextFont(new Font(Font.SANS_SERIF, Font.PLAIN, 10));
        chart.getStyler()
                .setPlotGridLinesColor(GRID)
                .setPlotGridLinesStroke(new BasicStroke(1))
                .setAxisTicksMarksVisible(false)
                .setAxisTicksLineVisible(false)
                .setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        return chart;
    }

    /** A chart of named rows for {@link #bar}: the value {@code 0} of the vertical axis is the middle of the last row. */
    public static XYChart ofRows(String title, List<String> rows, int labelWidth) {
        XYChart chart = create(title, rows.size() * ROW + TITLE_AXIS_AND_LEGEND, labelWidth);
        List<String> fromBelow = rows.reversed();
        chart.getStyler()
                .setYAxisTickMarkSpacingHint(ROW * 3 / 4)
                .setYAxisMin(-0.5)
                .setYAxisMax(rows.size() - 0.5)
                .setyAxisTickLabelsFormattingFunction(
                        value -> isRow(value, rows) ? fromBelow.get(value.intValue()) : " ");
        return chart;
    }

    private static boolean isRow(double value, List<String> rows) {
        return Math.rint(value) == value && value >= 0 && value < rows.size();
    }

    /** Adds a horizontal bar; the first one of a label stands in the legend, and an empty label never does. */
    public static void bar(XYChart chart, String label, Color color, int height, double from, double to, double row) {
        boolean known = label.isEmpty()
                || chart.getSeriesMap().values().stream()
                        .anyMatch(other -> other.getLabel().equals(label));
        XYSeries bar =
                chart.addSeries("bar " + chart.getSeriesMap().size(), new double[] {from, to}, new double[] {row, row});
        bar.setLabel(label);
        bar.setShowInLegend(!known);
        bar.setMarker(SeriesMarkers.NONE)
                .setLineStyle(new BasicStroke(height, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER))
                .setLineColor(color);
    }

    /** The chart as an {@code img} element that contains its image. */
    public static String image(XYChart chart) throws IOException {
        BufferedImage image = new BufferedImage(SCALE * WIDTH, SCALE * chart.getHeight(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.scale(SCALE, SCALE);
        chart.paint(graphics, WIDTH, chart.getHeight());
        graphics.dispose();
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return "<img alt=\"%s\" src=\"data:image/png;base64,%s\">"
                .formatted(chart.getTitle(), Base64.getEncoder().encodeToString(png.toByteArray()));
    }
}
