package dev.jangbu.proving.bugs;

import java.util.Map;

/**
 * The result of a run with a planted bug, or of a control run.
 *
 * @param bug name of the bug, or {@link #NO_BUG}
 * @param detections the first report of each detector that reported anything
 */
record DetectionResult(String bug, Scenario scenario, long seed, Map<Detector, String> detections) {

    /** A control run: no bug was planted, so no detector may report anything. */
    static final String NO_BUG = "(none)";

    /** Whether a detector proved a violation, or a service stopped itself with a reason and the stack is not quiet. */
    boolean isCaught() {
        return detections.keySet().stream().anyMatch(Detector::proves)
                || (detections.containsKey(Detector.FAILED_FAST) && detections.containsKey(Detector.NOT_QUIET));
    }

    /** Whether every required detector reported the bug; in a control run, whether none reported anything. */
    boolean matchesExpectation(Map<String, PlantedBug> bugs) {
        PlantedBug planted = bugs.get(bug);
        return planted == null
                ? detections.isEmpty()
                : isCaught() && detections.keySet().containsAll(planted.caughtBy());
    }
}
