package dev.jangbu.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guard with real processes. */
final class GuardTest {

    @TempDir
    private Path folder;

    @Test
    void the_pid_file_names_the_command_itself_while_it_lives() throws Exception {
        GuardedProcess sleeper = start(List.of("sleep", "600"));
        ProcessHandle command = command();

        assertThat(command.info().command().orElseThrow()).endsWith("sleep");
        sleeper.stop();
        assertThat(command.isAlive()).isFalse();
        assertThat(pidFile()).doesNotExist();
    }

    @Test
    void a_command_that_ends_ends_its_guard_with_its_code() throws Exception {
        GuardedProcess failing = start(List.of("sh", "-c", "exit 7"));

        assertThat(failing.awaitEnd()).isEqualTo(7);
        assertThat(pidFile()).doesNotExist();
    }

    @Test
    void a_command_that_ignores_the_signal_is_killed_after_the_grace() throws Exception {
        GuardedProcess stubborn = start(List.of("sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"));
        ProcessHandle command = command();

        stubborn.stop();

        assertThat(command.isAlive()).isFalse();
    }

    @Test
    void the_command_ends_when_who_started_its_guard_is_killed() throws Exception {
        // A shell stands in for the supervisor: it holds the other end of the guard's stdin, and dies by kill -9.
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

        command.onExit().get(10, TimeUnit.SECONDS);
        assertThat(command.isAlive()).isFalse();
    }

    private GuardedProcess start(List<String> command) throws IOException {
        Path script = GuardedProcess.installGuard(new DataDirectory(folder));
        return GuardedProcess.start(script, new Launch(command, Map.of(), "TERM", 1), pidFile(), folder.resolve("log"));
    }

    private ProcessHandle command() {
        await().until(() -> Files.exists(pidFile()));
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
