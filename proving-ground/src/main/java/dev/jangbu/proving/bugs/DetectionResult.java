package dev.jangbu.proving.bugs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.EnumMap;
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

    private static final ObjectMapper JSON = new ObjectMapper();

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

    /** This result as one line of JSON. */
    String toJson() throws IOException {
        ObjectNode json = JSON.createObjectNode();
        json.put("bug", bug).put("scenario", scenario.name()).put("seed", seed);
        ObjectNode each = json.putObject("detections");
        detections.forEach((detector, evidence) -> each.put(detector.name(), evidence));
        return JSON.writeValueAsString(json);
    }

    /** @throws IOException if the line is not such JSON */
    static DetectionResult parse(String line) throws IOException {
        JsonNode json = JSON.readTree(line);
        Map<Detector, String> detections = new EnumMap<>(Detector.class);
        for (Map.Entry<String, JsonNode> each : json.path("detections").properties()) {
            detections.put(Detector.valueOf(each.getKey()), each.getValue().asText());
        }
        return new DetectionResult(
                json.path("bug").asText(),
                Scenario.valueOf(json.path("scenario").asText()),
                json.path("seed").asLong(),
                detections);
    }
}
