package dev.jangbu.proving.torture;

import dev.jangbu.proving.chart.Bars;
import dev.jangbu.proving.chart.Bars.Range;
import dev.jangbu.proving.stack.EphemeralStack;
import dev.jangbu.proving.torture.ClientTimeline.AnswerClass;
import dev.jangbu.proving.torture.InjectedFault.Recovery;
import java.awt.Color;
import java.io.IOException;
import java.text.DecimalFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jfree.chart.LegendItemCollection;
import org.jfree.chart.annotations.XYTextAnnotation;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.plot.CombinedDomainXYPlot;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.ui.TextAnchor;

/** The timeline of a run: faults and outages of each part above; answers and latencies per second below. */
final class TimelineChart {

    private static final int HEIGHT = 1_000;
    private static final Look KILLED = new Look("killed, until healthy", new Color(0xc0392b));
    private static final Color DOWN = new Color(0xcfc0bb);
    private static final Color SPREAD = new Color(0xb9cde4);
    private static final Color MEDIAN = new Color(0x2f5d8c);

    private final CompletedRun run;
    private final List<SecondStats> seconds;
    private final double length;

    private TimelineChart(CompletedRun run) {
        this.run = run;
        this.seconds = run.timeline().seconds();
        this.length = Math.max(1, run.loadEndedMs() / 1_000.0);
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
                case Fault.Restored restored -> new Look("restored backup", new Color(0x5d4037));
            };
        }
    }

    /** The chart as HTML. */
    static String of(CompletedRun run) throws IOException {
        TimelineChart timeline = new TimelineChart(run);
        NumberAxis time = new NumberAxis("seconds");
        time.setRange(0, timeline.length);
        CombinedDomainXYPlot plot = new CombinedDomainXYPlot(time);
        plot.setGap(24);
        plot.add(timeline.faults(), 5);
        plot.add(timeline.answers(), 3);
        plot.add(timeline.latencies("confirmation to approval, ms", SecondStats::approvalMs), 3);
        XYPlot completions = timeline.latencies("approval to completion, ms", SecondStats::completionMs);
        // The legend has the same items already.
        completions.setFixedLegendItems(new LegendItemCollection());
        plot.add(completions, 3);
        return Bars.image(plot, HEIGHT);
    }

    private XYPlot faults() {
        List<String> rows = new ArrayList<>(EphemeralStack.PARTS);
        rows.add(Fault.TOPICS);
        Bars bars = new Bars();
        run.outages().forEach((part, outages) -> outages.stream()
                .filter(outage -> outage.from() < run.loadEndedMs())
                .forEach(outage -> bars.add(
                        "unhealthy",
                        DOWN,
                        across(outage.from(), outage.to()),
                        row(rows, part, 0.18),
                        "%s was unhealthy for %s s".formatted(part, RunClock.seconds(outage.to() - outage.from())))));
        SymbolAxis parts = new SymbolAxis(null, rows.toArray(String[]::new));
        parts.setInverted(true);
        parts.setGridBandsVisible(false);
        // Leaves room for the numbers above the first row.
        parts.setRange(-0.8, rows.size() - 0.5);
        XYPlot plot = bars.plot(new NumberAxis(), parts);
        for (InjectedFault fault : run.faults()) {
            Look look = Look.of(fault.fault());
            Long healthy = fault.recoveredAfter(Recovery.HEALTHY);
            Range across = across(fault.at(), healthy == null ? fault.ended() : fault.at() + healthy);
            Range row = row(rows, fault.fault().part(), 0.3);
            String text = "#%d %s, at %s s. %s";
            bars.add(
                    look.label(),
                    look.color(),
                    across,
                    row,
                    text.formatted(
                            fault.number(), fault.fault().text(), RunClock.seconds(fault.at()), fault.outcome()));
            XYTextAnnotation number = new XYTextAnnotation(Integer.toString(fault.number()), across.from(), row.from());
            number.setTextAnchor(TextAnchor.BOTTOM_LEFT);
            plot.addAnnotation(number);
        }
        return plot;
    }

    private static Range row(List<String> rows, String part, double half) {
        int row = rows.indexOf(part);
        return new Range(row - half, row + half);
    }

    /** Every bar is wide enough to be seen. */
    private Range across(long fromMs, long untilMs) {
        double from = Math.min(fromMs / 1_000.0, length * 0.997);
        return new Range(from, Math.clamp(untilMs / 1_000.0, from + length * 0.003, length));
    }

    private XYPlot answers() {
        Bars bars = new Bars();
        for (int second = 0; second < seconds.size(); second++) {
            double below = 0;
            for (AnswerClass each : AnswerClass.values()) {
                int count = seconds.get(second).answers(each);
                Range up = new Range(below, below + count);
                String tip = "%d s: %d".formatted(second, count);
                bars.add("answer: " + each.text, each.color, new Range(second, second + 1), up, tip);
                below += count;
            }
        }
        return bars.plot(new NumberAxis(), new NumberAxis("answers per second"));
    }

    /** Median and p99 of each second on a logarithmic scale; seconds without a value are empty. */
    private XYPlot latencies(String title, Function<SecondStats, List<Long>> values) {
        Bars bars = new Bars();
        for (int second = 0; second < seconds.size(); second++) {
            List<Long> all = values.apply(seconds.get(second));
            if (!all.isEmpty()) {
                double median = Math.max(1.0, (double) SecondStats.percentile(50, all));
                double p99 = Math.max(median, (double) SecondStats.percentile(99, all));
                String tip = "%d s: median %,.0f ms, p99 %,.0f ms, %d".formatted(second, median, p99, all.size());
                Range across = new Range(second, second + 1);
                bars.add("up to p99", SPREAD, across, new Range(median, p99), tip);
                bars.add("median", MEDIAN, across, new Range(median / 1.1, median * 1.1), tip);
            }
        }
        LogAxis axis = new LogAxis(title);
        axis.setRange(1, 100_000);
        axis.setTickUnit(new NumberTickUnit(1));
        axis.setNumberFormatOverride(new DecimalFormat("#,##0"));
        axis.setMinorTickMarksVisible(false);
        return bars.plot(new NumberAxis(), axis);
    }
}
