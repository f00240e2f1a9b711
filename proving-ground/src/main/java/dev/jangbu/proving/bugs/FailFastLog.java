package dev.jangbu.proving.bugs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Searches the logs of a stack for the error that a service logs when it stops itself. {@code docs/guide.md}
 * documents that a service stops and logs the reason when it detects an impossible state.
 */
final class FailFastLog {

    private static final List<String> SERVICES = List.of("streams-processor", "ledger-service");

    /** The line of the error and the lines of its cause, before the first stack trace. */
    private static final Pattern STOPPED =
            Pattern.compile("(Book \\d+ is stopped|A bug stopped the settlement).*(\\R(?!\\tat ).*){0,20}");

    private FailFastLog() {}

    /**
     * The first such error with its cause, if there is one.
     *
     * @param data data directory of a stack
     */
    static Optional<String> first(Path data) throws IOException {
        for (String service : SERVICES) {
            Path log = data.resolve("logs").resolve(service + ".log");
            if (Files.exists(log)) {
                // The last line may be incomplete and end within a character.
                Matcher stopped = STOPPED.matcher(new String(Files.readAllBytes(log), StandardCharsets.UTF_8));
                if (stopped.find()) {
                    return Optional.of(service + ": " + stopped.group().replaceAll("\\s+", " "));
                }
            }
        }
        return Optional.empty();
    }
}
