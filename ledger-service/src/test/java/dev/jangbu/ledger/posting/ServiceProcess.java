package dev.jangbu.ledger.posting;

import dev.jangbu.ledger.LedgerService;
import dev.jangbu.ledger.database.LedgerDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** The ledger service as a separate process that can be killed and paused. It needs no registry. */
final class ServiceProcess implements AutoCloseable {

    private final String instance;
    private final Path log;
    private final int port;
    private final HttpClient http = HttpClient.newHttpClient();
    private Process process;

    ServiceProcess(String instance, Path directory) throws IOException {
        this.instance = instance;
        this.log = directory.resolve(instance + ".log");
        this.port = freePort();
    }

    /** The main class of the process. */
    static final class Main {
        public static void main(String[] args) {
            new SpringApplication(LedgerService.class, WithoutRegistry.class).run(args);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithoutRegistry {
        @Bean
        @Primary
        SchemaWarmUp fixedSchemas() {
            return new FixedIdSchemas();
        }
    }

    void start() throws IOException {
        process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx160m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "--server.port=" + port,
                        "--jangbu.instance=" + instance,
                        "--jangbu.postgres=" + LedgerDatabase.address(),
                        "--jangbu.owner-password=" + LedgerDatabase.PASSWORD,
                        "--jangbu.ledger-password=" + LedgerDatabase.PASSWORD,
                        "--jangbu.kafka=" + TestBroker.address(),
                        // Small batches give faults more points of interruption.
                        "--jangbu.max-batch-entries=50"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    boolean isReady() {
        try {
            HttpRequest readiness = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + port + "/actuator/health/readiness"))
                    .build();
            return http.send(readiness, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void kill() throws IOException, InterruptedException {
        signal("KILL");
        process.waitFor();
    }

    void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    Path log() {
        return log;
    }

    @Override
    public void close() {
        http.close();
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
