package dev.jangbu.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    /** Prints its argument and sleeps. */
    static final class Sleeper {
        public static void main(String[] args) {
            System.out.println("started " + args[0]);
            while (true) {
                LockSupport.park();
            }
        }
    }

    /** Starts a sleeper, prints its process id, and halts without any clean-up. */
    static final class HaltingParent {
        public static void main(String[] args) {
            ChildProcess child =
                    ChildProcess.startJava(Sleeper.class, Path.of(args[0]), List.of("-Xmx32m"), List.of("child"));
            System.out.println(child.pid());
            Runtime.getRuntime().halt(0);
        }
    }

    @Test
    void theOutputIsInTheLogAndKillEndsTheProcess() {
        try (ChildProcess process = sleeper()) {
            await().atMost(TIMEOUT).until(() -> process.output().contains("started well"));

            process.kill();

            assertThat(process.isAlive()).isFalse();
            assertThat(process.exitCode()).isEqualTo(128 + 9);
        }
    }

    @Test
    void stopEndsAProcessThatWasPausedAndResumed() {
        try (ChildProcess process = sleeper()) {
            process.pause();
            process.resume();
            await().atMost(TIMEOUT).until(() -> process.output().contains("started well"));

            process.stop();

            assertThat(process.exitCode()).isEqualTo(128 + 15);
        }
    }

    @Test
    void aProcessEndsWithTheJvmThatStartedIt() throws Exception {
        Path log = folder.resolve("parent.log");
        try (ChildProcess parent = ChildProcess.startJava(
                HaltingParent.class,
                log,
                List.of("-Xmx32m"),
                List.of(folder.resolve("child.log").toString()))) {
            await().atMost(TIMEOUT).until(() -> !parent.isAlive());
        }
        long child = Long.parseLong(Files.readString(log).strip());

        await().atMost(TIMEOUT).until(() -> ProcessHandle.of(child)
                .flatMap(handle -> handle.info().command())
                .isEmpty());
    }

    private ChildProcess sleeper() {
        return ChildProcess.startJava(
                Sleeper.class, folder.resolve("sleeper.log"), List.of("-Xmx32m"), List.of("well"));
    }
}
