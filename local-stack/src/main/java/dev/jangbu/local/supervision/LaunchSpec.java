package dev.jangbu.local.supervision;

import java.util.List;
import java.util.Map;

/**
 * The start and stop of a process.
 *
 * @param environment added to the environment of this process; secrets are passed here, since other users can read
 *     commands
 * @param stopSignal the signal that stops the process, without SIG
 * @param graceSeconds the time between that signal and KILL
 */
public record LaunchSpec(List<String> command, Map<String, String> environment, String stopSignal, int graceSeconds) {

    /** A process that stops within ten seconds after TERM. */
    public static LaunchSpec of(List<String> command, Map<String, String> environment) {
        return new LaunchSpec(command, environment, "TERM", 10);
    }
}
