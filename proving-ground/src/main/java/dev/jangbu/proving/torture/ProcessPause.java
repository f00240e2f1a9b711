package dev.jangbu.proving.torture;

import dev.jangbu.operator.console.InterruptibleTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Signals to a process; pauses it with its descendants, because PostgreSQL works in child processes. */
final class ProcessPause {

    private final List<ProcessHandle> processes;

    /** Resumes the processes at JVM exit, because a stopped process cannot be terminated in order. */
    private final Thread atExit;

    private ProcessPause(List<ProcessHandle> processes) {
        this.processes = processes;
        this.atExit = new Thread(InterruptibleTask.of(this::resumeAll), "resume paused processes");
    }

    /** Stops a process first, so that it starts no more children, then its descendants. */
    static ProcessPause of(ProcessHandle process) throws InterruptedException {
        List<ProcessHandle> processes = new ArrayList<>(List.of(process));
        ProcessPause pause = new ProcessPause(processes);
        Runtime.getRuntime().addShutdownHook(pause.atExit);
        signal("STOP", process);
        try (Stream<ProcessHandle> children = process.descendants()) {
            processes.addAll(children.toList());
        }
        for (ProcessHandle child : processes.subList(1, processes.size())) {
            signal("STOP", child);
        }
        return pause;
    }

    /** Resumes all of them. */
    void resume() throws InterruptedException {
        resumeAll();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    private void resumeAll() throws InterruptedException {
        for (ProcessHandle process : processes.reversed()) {
            if (process.isAlive()) {
                signal("CONT", process);
            }
        }
    }

    /**
     * Sends a signal to a process; ignored if the process has ended.
     *
     * @param name without SIG
     */
    static void signal(String name, ProcessHandle process) throws InterruptedException {
        try {
            new ProcessBuilder("kill", "-s", name, Long.toString(process.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException("The kill program can't be run", e);
        }
    }

    @Override
    public String toString() {
        return "process " + processes.getFirst().pid()
                + (processes.size() == 1 ? "" : " with %d children".formatted(processes.size() - 1));
    }
}
