package dev.jangbu.operator.restore;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Prints the work as it is done or planned, and at the end the list for a person. */
final class Report {

    private final Consumer<String> lines;
    private final List<String> person = new ArrayList<>();

    Report(Consumer<String> lines) {
        this.lines = lines;
    }

    void progress(String text) {
        lines.accept(text);
    }

    /** Something that a person has to look at. */
    void forPerson(String text) {
        person.add(text);
    }

    /** Prints the list. Returns whether it is empty. */
    boolean end() {
        if (!person.isEmpty()) {
            lines.accept("For a person (%d):".formatted(person.size()));
            person.forEach(line -> lines.accept("  ! " + line));
        }
        return person.isEmpty();
    }
}
