package dev.jangbu.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The protocol between a peer and the benchmark. Commands are lines on standard input; replies are lines on standard
 * output that begin with {@code @}. Other output is ignored. The end of the input ends the peer.
 */
final class CommandLine {

    private final BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    /** The words of the next command, or null at the end of the input. */
    @Nullable
    List<String> next() throws IOException {
        String line = in.readLine();
        return line == null ? null : List.of(line.strip().split(" ", -1));
    }

    /** A required environment variable. */
    static String environment(String variable) {
        return Objects.requireNonNull(System.getenv(variable), variable);
    }

    /** Sends a reply. */
    static void reply(String format, Object... values) {
        // One call, so that no other thread's output is interleaved.
        System.out.println("@" + format.formatted(values));
        System.out.flush();
    }
}
