package dev.jangbu.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * The protocol between a peer and the benchmark. Commands are lines on standard input; replies are lines on standard
 * output that begin with {@code @}. Other output is ignored. The end of the input ends the peer.
 */
final class CommandLine {

    private CommandLine() {}

    /** Executes a command. */
    @FunctionalInterface
    interface Commands {

        /** @return the reply to the words of a command */
        String execute(List<String> words) throws IOException, InterruptedException;
    }

    /** Replies {@code ready}, then executes commands until the input ends. */
    static void serve(Commands commands) throws IOException, InterruptedException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        reply("ready");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            reply(commands.execute(List.of(line.strip().split(" ", -1))));
        }
    }

    /** A required environment variable. */
    static String environment(String variable) {
        return Objects.requireNonNull(System.getenv(variable), variable);
    }

    private static void reply(String text) {
        // One call, so that no other thread's output is interleaved.
        System.out.println("@" + text);
        System.out.flush();
    }
}
