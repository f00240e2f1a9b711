package dev.jangbu.proving.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A process that stands still together with those that it started: PostgreSQL's work is done by its children. */
final class ProcessPause {

    private final List<ProcessHandle> processes;

    /** Whoever stands still can't be asked to end: when this program is interrupted, all go on first. */
    private final Thread atExit;

    private ProcessPause(List<ProcessHandle> processes) {
        this.processes = processes;
        this.atExit = new Thread(this::goOnQuietly, "let go on what stands still");
    }

    /** Stops a process, so that it starts no more children, and then its children. */
    static ProcessPause of(ProcessHandle process) throws InterruptedException {
        List<ProcessHandle> processes = new ArrayList<>(List.of(process));
        ProcessPause still = new ProcessPause(processes);
        Runtime.getRuntime().addShutdownHook(still.atExit);
        Signal.send("STOP", process);
        try (Stream<ProcessHandle> children = process.descendants()) {
            processes.addAll(children.toList());
        }
        for (ProcessHandle child : processes.subList(1, processes.size())) {
            Signal.send("STOP", child);
        }
        return still;
    }

    /** Lets all of them go on. */
    void end() throws InterruptedException {
        goOn();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    private void goOn() throws InterruptedException {
        for (ProcessHandle process : processes.reversed()) {
            if (process.isAlive()) {
                Signal.send("CONT", process);
            }
        }
    }

    private void goOnQuietly() {
        try {
            goOn();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "process " + processes.getFirst().pid()
                + (processes.size() == 1 ? "" : " with %d children".formatted(processes.size() - 1));
    }
}
