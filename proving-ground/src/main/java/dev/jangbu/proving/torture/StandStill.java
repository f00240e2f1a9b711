package dev.jangbu.proving.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A process that stands still together with those that it started: PostgreSQL's work is done by its children. */
final class StandStill {

    private final List<ProcessHandle> processes;

    private StandStill(List<ProcessHandle> processes) {
        this.processes = processes;
    }

    /** Stops a process, so that it starts no more children, and then its children. */
    static StandStill of(ProcessHandle process) throws InterruptedException {
        Signal.send("STOP", process);
        List<ProcessHandle> processes = new ArrayList<>(
                Stream.concat(Stream.of(process), process.descendants()).toList());
        for (ProcessHandle child : processes.subList(1, processes.size())) {
            Signal.send("STOP", child);
        }
        return new StandStill(processes);
    }

    /** Lets all of them go on. */
    void end() throws InterruptedException {
        for (ProcessHandle process : processes.reversed()) {
            if (process.isAlive()) {
                Signal.send("CONT", process);
            }
        }
    }

    @Override
    public String toString() {
        return "process " + processes.getFirst().pid()
                + (processes.size() == 1 ? "" : " with %d children".formatted(processes.size() - 1));
    }
}
