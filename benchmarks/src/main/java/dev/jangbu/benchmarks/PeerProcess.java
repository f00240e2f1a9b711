package dev.jangbu.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
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

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(25);

    private final String name;
    private final Process process;
    private final Path log;
    private final BlockingQueue<String> replies = new LinkedBlockingQueue<>();

    private PeerProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a main class of {@code benchmarks/peers} and waits until it is ready.
     *
     * @param options JVM options besides those of every JVM of the stack
     * @throws BenchException if the peers are not built
     */
    static PeerProcess start(
            BenchStack stack,
            String name,
            String mainClass,
            List<String> options,
            List<String> arguments,
            Map<String, String> environment)
            throws IOException, InterruptedException {
        Path target = stack.home().resolve("benchmarks/peers/target");
        if (Files.notExists(target.resolve("peers.jar"))) {
            throw new BenchException("The peers are not built: " + target.resolve("peers.jar")
                    + ". Run mvn -Dquick -DskipTests package.");
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + stack.home().resolve("local-stack/jvm.options")));
        command.addAll(options);
        command.addAll(List.of("-cp", target.resolve("peers.jar") + ":" + target.resolve("lib") + "/*", mainClass));
        command.addAll(arguments);
        Path log = stack.scratch("logs").resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().put("PEER_KAFKA", stack.address().kafka());
        builder.environment().put("PEER_REGISTRY", stack.address().registry());
        builder.environment().putAll(environment);
        PeerProcess peer = new PeerProcess(name, builder.start(), log);
        Thread.ofVirtual().name(name).start(peer::listen);
        peer.awaitReply(Duration.ofMinutes(1));
        return peer;
    }

    long pid() {
        return process.pid();
    }

    /**
     * Sends a command and waits for the reply.
     *
     * @return the words of the reply
     * @throws BenchException if there is none in time
     */
    List<String> send(Duration limit, String command) throws IOException, InterruptedException {
        Writer out = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        out.write(command + "\n");
        out.flush();
        return awaitReply(limit);
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private List<String> awaitReply(Duration limit) throws IOException, InterruptedException {
        String reply = replies.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (reply == null || reply.isEmpty()) {
            throw new BenchException("%s %s:\n%s"
                    .formatted(
                            name,
                            reply == null ? "did not reply within " + limit.toSeconds() + " s" : "ended",
                            Files.readString(log)));
        }
        return List.of(reply.split(" ", -1));
    }

    private void listen() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("@")) {
                    replies.add(line.substring(1));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            replies.add("");
        }
    }
}
