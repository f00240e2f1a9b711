package dev.jangbu.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The lines between a peer and the benchmark: orders come on the standard input, answers go to the standard output, and
 * the end of the input ends the peer. An answer begins with {@code @}; all else is a log that came astray.
 */
final class Orders {

    private final BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    /** The next order's words, or null when there are no more. */
    @Nullable
    List<String> next() throws IOException {
        String line = in.readLine();
        return line == null ? null : List.of(line.strip().split(" ", -1));
    }

    /** What the benchmark says in the environment. */
    static String told(String variable) {
        return Objects.requireNonNull(System.getenv(variable), variable);
    }

    /** Answers. */
    static void answer(String format, Object... values) {
        // One call, so that no other thread's line comes between.
        System.out.println("@" + format.formatted(values));
        System.out.flush();
    }
}
