package dev.jangbu.local;

import java.util.List;
import java.util.Map;

/**
 * How a process is started and stopped.
 *
 * @param environment added to this process's own; the only way in which secrets are passed, since others may read commands
 * @param stopSignal the signal that asks it to end, without SIG
 * @param graceSeconds how long it may take to end before it is killed
 */
record Launch(List<String> command, Map<String, String> environment, String stopSignal, int graceSeconds) {

    static Launch of(List<String> command, Map<String, String> environment) {
        return new Launch(command, environment, "TERM", 10);
    }
}
