package dev.jangbu.local.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.local.stack.DataDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guard script with real processes. */
final class GuardedProcessTest {

    /** Far longer than any step takes, also on a slow machine. */
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    @Test
    void thePidFileNamesTheCommandWhileItRuns() throws Exception {
        GuardedProcess sleeper = start(List.of("sleep", "600"));
        ProcessHandle command = command();

        // The guard writes the file before the command's process executes its program.
        await().atMost(TIMEOUT).until(() -> command.info().command().orElse("").endsWith("sleep"));
        sleeper.stop();
        assertThat(command.isAlive()).isFalse();
        assertThat(pidFile()).doesNotExist();
    }

    @Test
    void theGuardExitsWithTheCodeOfItsCommand() throws Exception {
        GuardedProcess failing = start(List.of("sh", "-c", "exit 7"));

        assertThat(failing.awaitExit()).isEqualTo(7);
        assertThat(pidFile()).doesNotExist();
    }

    @Test
    void aCommandThatIgnoresTheSignalIsKilledAfterTheGracePeriod() throws Exception {
        GuardedProcess stubborn = start(List.of("sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"));
        ProcessHandle command = command();

        stubborn.stop();

        assertThat(command.isAlive()).isFalse();
    }

    @Test
    void theCommandEndsWhenTheSupervisorIsKilled() throws Exception {
        // A shell acts as the supervisor: it holds the other end of the guard's stdin and is killed with -9.
        Path script = GuardedProcess.installGuard(new DataDirectory(folder));
        Process supervisor = new ProcessBuilder(
                        "bash",
                        "-c",
                        "exec > >(exec setsid sh \"$0\" \"$1\" TERM 1 sleep 600); read -r _",
                        script.toString(),
                        pidFile().toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        ProcessHandle command = command();
        assertThat(command.isAlive()).isTrue();

        supervisor.destroyForcibly();

        command.onExit().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        assertThat(command.isAlive()).isFalse();
    }

    private GuardedProcess start(List<String> command) throws IOException {
        Path script = GuardedProcess.installGuard(new DataDirectory(folder));
        return GuardedProcess.start(
                script, new LaunchSpec(command, Map.of(), "TERM", 1), pidFile(), folder.resolve("log"));
    }

    private ProcessHandle command() {
        await().atMost(TIMEOUT).until(() -> Files.exists(pidFile()));
        try {
            return ProcessHandle.of(Long.parseLong(Files.readString(pidFile()).strip()))
                    .orElseThrow();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path pidFile() {
        return folder.resolve("part.pid");
    }
}
