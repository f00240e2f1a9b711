package dev.jangbu.proving.bugs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every planted bug is detected, and without a bug nothing is reported. */
class PlantedBugIT {

    private static final Path REPOSITORY = Path.of(System.getProperty("jangbu.home", ".."));

    private static Map<String, PlantedBug> bugs;
    private static DetectionRun run;

    @BeforeAll
    static void readBugs() throws Exception {
        bugs = bugs().collect(Collectors.toMap(PlantedBug::name, Function.identity()));
        run = new DetectionRun(
                REPOSITORY,
                Long.getLong("jangbu.seed", BugsCommand.SEED),
                System.getProperty("jangbu.keep") != null,
                Clock.systemUTC(),
                line -> System.out.println(line));
    }

    static Stream<PlantedBug> bugs() throws Exception {
        return PlantedBug.in(REPOSITORY.resolve("proving-ground/bugs")).stream();
    }

    /**
     * One bug in payment-api, one in streams-processor and one in the ledger's database, planted together. Each has
     * its own detector.
     */
    @Test
    void threeBugsAreCaughtByThreeDifferentDetectors() throws Exception {
        List<PlantedBug> three = Stream.of("key-without-fingerprint", "completion-doubled", "late-lines-allowed")
                .map(bugs::get)
                .toList();

        Map<Detector, String> detections = run.run(Scenario.LOAD, three);

        assertThat(detections)
                .containsOnlyKeys(Detector.CLIENTS, Detector.ONE_COMPLETION, Detector.LEDGER_REFUSES_CHANGE);
        assertThat(detections.get(Detector.CLIENTS)).containsPattern("(another|different) body");
        assertThat(detections.get(Detector.ONE_COMPLETION)).contains("was completed 2 times");
        assertThat(detections.get(Detector.LEDGER_REFUSES_CHANGE)).contains("jangbu_ledger may: INSERT INTO lines");
    }

    @ParameterizedTest
    @Tag("proof")
    @MethodSource("bugs")
    void everyBugIsCaught(PlantedBug bug) throws Exception {
        Map<Detector, String> detections = run.run(bug.scenario(), List.of(bug));

        assertThat(new DetectionResult(bug.name(), bug.scenario(), 0, detections).matchesExpectation(bugs))
                .as("%s must be caught by %s; the detections were %s", bug.name(), bug.caughtBy(), detections)
                .isTrue();
    }

    @ParameterizedTest
    @Tag("proof")
    @EnumSource
    void withoutABugNothingIsReported(Scenario scenario) throws Exception {
        assertThat(run.run(scenario, List.of())).isEmpty();
    }

    @Test
    @Tag("proof")
    void everyDetectorIsRequiredByABug() {
        Set<Detector> required = bugs.values().stream()
                .flatMap(bug -> bug.caughtBy().stream())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Detector.class)));

        assertThat(required).containsExactlyInAnyOrder(Detector.values());
    }
}
