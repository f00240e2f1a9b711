package dev.jangbu.proving.bugs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Whether a part of the stack has said that it doesn't go on, and why. A service that meets what must not be stops there and logs
 * an error; that it does is promised ({@code docs/guide.md}), so the log is looked at.
 */
final class Stops {

    private static final List<String> SERVICES = List.of("streams-processor", "ledger-service");

    private static final Pattern STOPPED = Pattern.compile("Book \\d+ is stopped|A bug stopped the settlement");

    private final Path logs;

    /** @param data a stack's data directory */
    Stops(Path data) {
        this.logs = data.resolve("logs");
    }

    /** The first that was said, with what follows it, if anything was. */
    Optional<String> first() throws IOException {
        for (String service : SERVICES) {
            Path log = logs.resolve(service + ".log");
            if (Files.notExists(log)) {
                continue;
            }
            // A line may be half written, and half of a character with it.
            List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            for (int i = 0; i < lines.size(); i++) {
                Matcher stopped = STOPPED.matcher(lines.get(i));
                if (stopped.find()) {
                    String cause = Stream.of(lines.subList(i + 1, lines.size()))
                            .flatMap(List::stream)
                            .takeWhile(line -> !line.startsWith("\tat "))
                            .reduce("", (all, line) -> all + " " + line.strip());
                    return Optional.of(service + ": " + lines.get(i).substring(stopped.start()) + cause);
                }
            }
        }
        return Optional.empty();
    }
}
