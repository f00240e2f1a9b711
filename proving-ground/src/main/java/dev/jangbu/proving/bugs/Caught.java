package dev.jangbu.proving.bugs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/**
 * What came of a trial.
 *
 * @param bug its name, or {@link #NO_BUG}
 * @param said what each detector that noticed something said first
 */
record Caught(String bug, Scenario scenario, long seed, Map<Detector, String> said) {

    /** The control: nothing was planted, so nobody may say anything. */
    static final String NO_BUG = "(none)";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Whether somebody proved that something is broken; or the stack refused to go on, and said why. */
    boolean isCaught() {
        return said.keySet().stream().anyMatch(Detector::proves)
                || (said.containsKey(Detector.STOPPED_LOUDLY) && said.containsKey(Detector.NOT_QUIET));
    }

    /** Whether it is as it has to be: with a bug everybody who must notice has noticed, and without one nobody. */
    boolean isAsItMustBe(Map<String, PlantedBug> bugs) {
        PlantedBug planted = bugs.get(bug);
        return planted == null ? said.isEmpty() : isCaught() && said.keySet().containsAll(planted.caughtBy());
    }

    /** One line of JSON. */
    String toJson() throws IOException {
        ObjectNode json = JSON.createObjectNode();
        json.put("bug", bug).put("scenario", scenario.name()).put("seed", seed);
        ObjectNode each = json.putObject("said");
        said.forEach((detector, evidence) -> each.put(detector.name(), evidence));
        return JSON.writeValueAsString(json);
    }

    /** @throws IOException if it isn't such a line */
    static Caught parse(String line) throws IOException {
        JsonNode json = JSON.readTree(line);
        Map<Detector, String> said = new EnumMap<>(Detector.class);
        for (Map.Entry<String, JsonNode> each : json.path("said").properties()) {
            said.put(Detector.valueOf(each.getKey()), each.getValue().asText());
        }
        return new Caught(
                json.path("bug").asText(),
                Scenario.valueOf(json.path("scenario").asText()),
                json.path("seed").asLong(),
                said);
    }
}
