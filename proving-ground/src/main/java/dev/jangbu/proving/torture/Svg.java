package dev.jangbu.proving.torture;

import java.util.Locale;

/** Writes what a drawing is made of; how it looks is up to the page's style sheet, by class. */
final class Svg {

    private final StringBuilder drawn = new StringBuilder();

    /** Text that may stand in a page. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    /** @param tip what is shown where the pointer rests, or nothing */
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

    /** A point of a path: {@code M} moves there, {@code L} draws to it. */
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
