package dev.jangbu.benchmarks;

import dev.jangbu.operator.console.CommandException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A JVM that runs a main class of the peers and takes commands by lines. It ends when its input ends. */
final class PeerProcess implements AutoCloseable {

    private static final Duration REPLY_TIMEOUT = Duration.ofMinutes(3);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(25);

    private final String name;
    private final Process process;
    private final Path log;
    private final BlockingQueue<String> replies = new LinkedBlockingQueue<>();

    /**
     * Starts a main class of {@code benchmarks/peers} and waits until it is ready.
     *
     * @param options JVM options besides those of every JVM of the stack
     * @throws CommandException if the peers are not built
     */
    PeerProcess(
            BenchStack stack,
            String name,
            String mainClass,
            List<String> options,
            List<String> arguments,
            Map<String, String> environment)
            throws IOException, InterruptedException {
        Path home = stack.options().home();
        Path target = home.resolve("benchmarks/peers/target");
        if (Files.notExists(target.resolve("peers.jar"))) {
            throw new CommandException("The peers are not built: " + target.resolve("peers.jar")
                    + ". Run mvn -Dquick -DskipTests package.");
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + home.resolve("local-stack/jvm.options")));
        command.addAll(options);
        command.addAll(List.of("-cp", target.resolve("peers.jar") + ":" + target.resolve("lib") + "/*", mainClass));
        command.addAll(arguments);
        this.name = name;
        this.log = stack.scratch("logs").resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().put("PEER_KAFKA", stack.address().kafka());
        builder.environment().put("PEER_REGISTRY", stack.address().registry());
        builder.environment().putAll(environment);
        this.process = builder.start();
        Thread.ofVirtual().name(name).start(this::listen);
        awaitReply();
    }

    long pid() {
        return process.pid();
    }

    /**
     * Sends a command and waits for the reply.
     *
     * @return the words of the reply
     * @throws CommandException if there is none in time
     */
    List<String> send(String command) throws IOException, InterruptedException {
        Writer out = process.outputWriter(StandardCharsets.UTF_8);
        out.write(command + "\n");
        out.flush();
        return awaitReply();
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (process.waitFor(STOP_TIMEOUT)) {
                return;
            }
        } catch (IOException e) {
            // It has ended, or ends now.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    private List<String> awaitReply() throws IOException, InterruptedException {
        String reply = replies.poll(REPLY_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        if (reply == null || reply.isEmpty()) {
            throw new CommandException("%s %s:\n%s"
                    .formatted(
                            name,
                            reply == null ? "did not reply within " + REPLY_TIMEOUT.toSeconds() + " s" : "ended",
                            Files.readString(log)));
        }
        return List.of(reply.split(" ", -1));
    }

    private void listen() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines()
                    .filter(line -> line.startsWith("@"))
                    .map(line -> line.substring(1))
                    .forEach(replies::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            replies.add("");
        }
    }
}
