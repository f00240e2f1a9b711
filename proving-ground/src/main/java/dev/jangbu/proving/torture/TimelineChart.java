package dev.jangbu.proving.torture;

import dev.jangbu.proving.chart.Charts;
import dev.jangbu.proving.stack.EphemeralStack;
import java.awt.Color;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The timeline of a run as charts below each other: faults and outages of each part; answers per second; latencies per
 * second.
 */
final class TimelineChart {

    private static final int LABELS = 130;
    private static final int CHART = 210;
    private static final Look DOWN = new Look("unhealthy", new Color(0xd3c3be));
    private static final Look KILLED = new Look("killed, until healthy", new Color(0xc0392b));
    private static final Color SPREAD = new Color(0xb9cde4);
    private static final Color MEDIAN = new Color(0x2f5d8c);
    private static final Map<ClientTimeline.AnswerClass, Color> ANSWERS = Map.of(
            ClientTimeline.AnswerClass.DONE, new Color(0x4c956c),
            ClientTimeline.AnswerClass.PENDING, new Color(0xa7c957),
            ClientTimeline.AnswerClass.REJECTED, new Color(0xf2cc8f),
            ClientTimeline.AnswerClass.RETRYABLE, new Color(0xe07a5f),
            ClientTimeline.AnswerClass.NO_ANSWER, new Color(0x7b2d26));

    private final CompletedRun run;
    private final List<SecondStats> seconds;
    private final double length;

    private TimelineChart(CompletedRun run) {
        this.run = run;
        this.seconds = run.timeline().seconds();
        this.length = Math.max(1, run.loadEndedMs() / 1_000.0);
    }

    /** The charts as HTML. */
    static String of(CompletedRun run) throws IOException {
        TimelineChart timeline = new TimelineChart(run);
        return Charts.image(timeline.faults())
                + Charts.image(timeline.answers())
                + Charts.image(timeline.latencies(
                        "confirmation to approval, ms",
                        second -> second.approvals() == 0 ? Double.NaN : second.approvalP50(),
                        second -> second.approvals() == 0 ? Double.NaN : second.approvalP99()))
                + Charts.image(timeline.latencies(
                        "approval to completion, ms",
                        second -> second.completions() == 0 ? Double.NaN : second.completionP50(),
                        second -> second.completions() == 0 ? Double.NaN : second.completionP99()));
    }

    private XYChart faults() {
        List<String> rows = new ArrayList<>(EphemeralStack.PARTS);
        rows.add(Fault.TOPICS);
        XYChart chart = overTime(Charts.ofRows("faults by number, and outages", rows, LABELS));
        run.outages().forEach((part, outages) -> outages.stream()
                .filter(outage -> outage.from() < run.loadEndedMs())
                .forEach(outage -> bar(chart, DOWN, 10, outage.from(), outage.to(), row(rows, part))));
        for (InjectedFault fault : run.faults()) {
            double row = row(rows, fault.fault().part());
            Long healthy = fault.healthyAfter();
            long until = healthy == null ? fault.ended() : fault.at() + healthy;
            bar(chart, Look.of(fault.fault()), 15, fault.at(), until, row);
            String number = Integer.toString(fault.number());
            chart.addAnnotation(new AnnotationText(
                    number, fault.at() / 1_000.0 + length * 0.004 * number.length(), row + 0.42, false));
        }
        return chart;
    }

    private static double row(List<String> rows, String part) {
        return rows.size() - 1.0 - rows.indexOf(part);
    }

    /** Every bar is wide enough to be seen. */
    private void bar(XYChart chart, Look look, int height, long fromMs, long untilMs, double row) {
        double from = fromMs / 1_000.0;
        double until = Math.clamp(untilMs / 1_000.0, from + length * 0.003, Math.max(length, from + length * 0.003));
        Charts.bar(chart, look.label(), look.color(), height, from, until, row);
    }

    /** The legend's text and the color of a kind of fault. */
    record Look(String label, Color color) {

        static Look of(Fault fault) {
            return switch (fault) {
                case Fault.Killed killed -> KILLED;
                case Fault.KilledBeforeOffsetCommit killed -> KILLED;
                case Fault.Paused paused -> new Look("paused", new Color(0xe0a030));
                case Fault.Restarted restarted -> new Look("orderly restart", new Color(0x2f6fb3));
                case Fault.PspFaultStorm storm -> new Look("PSP fault storm", new Color(0x8e5bb5));
                case Fault.Republished republished -> new Look("republished rows", new Color(0x2a9d8f));
                case Fault.Poisoned poisoned -> new Look("poison", new Color(0x6a994e));
            };
        }
    }

    /** Each class is drawn on top of the next ones, so what shows of it is its own part of the sum. */
    private XYChart answers() {
        XYChart chart = overTime(Charts.create("answers per second", CHART, LABELS));
        chart.getStyler().setYAxisMin(0.0).setYAxisDecimalPattern("#,###").setYAxisTickMarkSpacingHint(30);
        List<ClientTimeline.AnswerClass> classes = List.of(ClientTimeline.AnswerClass.values());
        for (ClientTimeline.AnswerClass each : classes.reversed()) {
            area(chart, each.text(), ANSWERS.get(each), second -> classes.subList(0, classes.indexOf(each) + 1).stream()
                    .mapToInt(second::answers)
                    .sum());
        }
        return chart;
    }

    /** On a logarithmic scale; seconds without a value are empty. */
    private XYChart latencies(String title, ToDoubleFunction<SecondStats> median, ToDoubleFunction<SecondStats> p99) {
        XYChart chart = overTime(Charts.create(title, CHART, LABELS));
        chart.getStyler()
                .setYAxisLogarithmic(true)
                .setYAxisMin(1.0)
                .setYAxisMax(100_000.0)
                .setyAxisTickLabelsFormattingFunction("%,.0f"::formatted);
        area(chart, "p99", SPREAD, second -> Math.max(1, p99.applyAsDouble(second)));
        series(chart, "median", second -> Math.max(1, median.applyAsDouble(second)))
                .setXYSeriesRenderStyle(XYSeriesRenderStyle.Step)
                .setLineColor(MEDIAN)
                .setLineWidth(2);
        return chart;
    }

    private void area(XYChart chart, String name, Color color, ToDoubleFunction<SecondStats> value) {
        series(chart, name, value)
                .setXYSeriesRenderStyle(XYSeriesRenderStyle.StepArea)
                .setLineStyle(SeriesLines.NONE)
                .setFillColor(color);
    }

    /** One value a second; the last one is repeated at the end of its second. */
    private XYSeries series(XYChart chart, String name, ToDoubleFunction<SecondStats> value) {
        double[] values = seconds.stream().mapToDouble(value).toArray();
        XYSeries series = chart.addSeries(
                name,
                IntStream.rangeClosed(0, values.length).asDoubleStream().toArray(),
                DoubleStream.concat(DoubleStream.of(values), DoubleStream.of(values[values.length - 1]))
                        .toArray());
        series.setMarker(SeriesMarkers.NONE);
        return series;
    }

    private XYChart overTime(XYChart chart) {
        chart.getStyler()
                .setXAxisMin(0.0)
                .setXAxisMax(length)
                .setXAxisTickMarkSpacingHint(90)
                .setxAxisTickLabelsFormattingFunction(
                        at -> at % 60 == 0 && at > 0 ? "%.0f min".formatted(at / 60) : "%.0f s".formatted(at));
        return chart;
    }
}
