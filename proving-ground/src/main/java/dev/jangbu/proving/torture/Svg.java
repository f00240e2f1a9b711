package dev.jangbu.proving.torture;

import java.util.Locale;

/** Builds SVG elements; the page's style sheet sets their looks by class. */
final class Svg {

    private final StringBuilder drawn = new StringBuilder();

    /** Escapes text for HTML. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** @param tip the tooltip, or empty */
    Svg box(String kind, double x, double y, double width, double height, String tip) {
        return add(String.format(
                Locale.ROOT,
                "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">%s</rect>",
                kind,
                x,
                y,
                width,
                height,
                title(tip)));
    }

    Svg line(String kind, double x1, double y1, double x2, double y2) {
        return add(String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
                kind,
                x1,
                y1,
                x2,
                y2));
    }

    Svg path(String kind, String points) {
        return add("<path class=\"%s\" d=\"%s\"/>".formatted(kind, points));
    }

    /** @param anchor {@code start}, {@code middle} or {@code end} */
    Svg text(String kind, String anchor, double x, double y, String text) {
        return add(String.format(
                Locale.ROOT,
                "<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>",
                kind,
                anchor,
                x,
                y,
                escaped(text)));
    }

    /** A path point: {@code M} moves to it, {@code L} draws a line to it. */
    static String point(char how, double x, double y) {
        return String.format(Locale.ROOT, "%s%.1f %.1f", how, x, y);
    }

    private static String title(String tip) {
        return tip.isEmpty() ? "" : "<title>" + escaped(tip) + "</title>";
    }

    private Svg add(String element) {
        drawn.append(element).append('\n');
        return this;
    }

    @Override
    public String toString() {
        return drawn.toString();
    }
}
