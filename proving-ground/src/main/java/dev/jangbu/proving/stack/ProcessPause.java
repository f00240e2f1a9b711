package dev.jangbu.proving.stack;

import dev.jangbu.operator.console.InterruptibleTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Signals to a process, and its pause. */
public final class ProcessPause {

    private final List<ProcessHandle> processes;

    /** Resumes the processes at JVM exit, because a stopped process cannot be terminated in order. */
    private final Thread atExit;

    private ProcessPause(List<ProcessHandle> processes) {
        this.processes = processes;
        this.atExit = new Thread(InterruptibleTask.of(this::resumeAll), "resume paused processes");
    }

    /** Stops a process without its descendants. */
    static ProcessPause ofAlone(ProcessHandle process) throws InterruptedException {
        ProcessPause pause = new ProcessPause(new ArrayList<>(List.of(process)));
        Runtime.getRuntime().addShutdownHook(pause.atExit);
        signal("STOP", process);
        return pause;
    }

    /**
     * Stops a process first, so that it starts no more children, then its descendants: PostgreSQL works in child
     * processes.
     */
    public static ProcessPause of(ProcessHandle process) throws InterruptedException {
        ProcessPause pause = ofAlone(process);
        try (Stream<ProcessHandle> children = process.descendants()) {
            pause.processes.addAll(children.toList());
        }
        for (ProcessHandle child : pause.processes.subList(1, pause.processes.size())) {
            signal("STOP", child);
        }
        return pause;
    }

    /** Resumes all of them. */
    public void resume() throws InterruptedException {
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
    public static void signal(String name, ProcessHandle process) throws InterruptedException {
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
