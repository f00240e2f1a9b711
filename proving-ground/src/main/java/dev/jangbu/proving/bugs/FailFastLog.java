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
 * Searches the logs of a stack for the error that a service logs when it stops itself. {@code docs/guide.md}
 * documents that a service stops and logs the reason when it detects an impossible state.
 */
final class FailFastLog {

    private static final List<String> SERVICES = List.of("streams-processor", "ledger-service");

    private static final Pattern STOPPED = Pattern.compile("Book \\d+ is stopped|A bug stopped the settlement");

    private final Path logs;

    /** @param data data directory of a stack */
    FailFastLog(Path data) {
        this.logs = data.resolve("logs");
    }

    /** The first such error with its cause, if there is one. */
    Optional<String> first() throws IOException {
        for (String service : SERVICES) {
            Path log = logs.resolve(service + ".log");
            if (Files.notExists(log)) {
                continue;
            }
            // The last line may be incomplete and end within a character.
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
