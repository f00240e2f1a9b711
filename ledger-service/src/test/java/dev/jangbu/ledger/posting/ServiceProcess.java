package dev.jangbu.ledger.posting;

import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.ledger.LedgerService;
import dev.jangbu.testsupport.ChildProcess;
import dev.jangbu.testsupport.FreePorts;
import dev.jangbu.testsupport.TestBroker;
import dev.jangbu.testsupport.TestHttpClient;
import dev.jangbu.testsupport.TestPostgres;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** The ledger service as a separate process that can be killed and paused. It needs no registry. */
final class ServiceProcess implements AutoCloseable {

    private final String instance;
    private final Path log;
    private final int port = FreePorts.next();
    private final TestHttpClient http = TestHttpClient.of(port);
    private @Nullable ChildProcess process;

    ServiceProcess(String instance, Path directory) {
        this.instance = instance;
        this.log = directory.resolve(instance + ".log");
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
        RecordSerdes fixedIds() {
            return new FixedIdSerdes();
        }
    }

    void start() {
        process = ChildProcess.startJava(
                Main.class,
                log,
                List.of("-Xmx160m"),
                List.of(
                        "--server.port=" + port,
                        "--jangbu.instance=" + instance,
                        "--jangbu.postgres=" + TestPostgres.address(),
                        "--jangbu.owner-password=" + TestPostgres.PASSWORD,
                        "--jangbu.ledger-password=" + TestPostgres.PASSWORD,
                        "--jangbu.kafka=" + TestBroker.address(),
                        // Small batches give faults more points of interruption.
                        "--jangbu.max-batch-entries=50"));
    }

    boolean isReady() {
        try {
            return http.get("/actuator/health/readiness").status() == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    void kill() {
        process.kill();
    }

    void pause() {
        process.pause();
    }

    void resume() {
        process.resume();
    }

    /** The name and the output of the instance, for the report of a failed test. */
    String report() {
        return instance + ":\n" + process.output();
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }
}
