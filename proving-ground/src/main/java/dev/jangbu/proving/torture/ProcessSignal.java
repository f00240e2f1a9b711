package dev.jangbu.proving.torture;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Sends a signal to a process; ignored if the process has ended. */
final class ProcessSignal {

    private ProcessSignal() {}

    /** @param name without SIG */
    static void send(String name, ProcessHandle process) throws InterruptedException {
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
}
