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

/** A checker that can't fail proves nothing: every planted bug is caught, and where none is planted nothing is reported. */
class PlantedBugIT {

    private static final Path REPOSITORY = Path.of(System.getProperty("jangbu.home", ".."));

    private static Map<String, PlantedBug> bugs;
    private static Trial trial;

    @BeforeAll
    static void readTheBugs() throws Exception {
        bugs = bugs().collect(Collectors.toMap(PlantedBug::name, Function.identity()));
        trial = new Trial(
                REPOSITORY,
                Long.getLong("jangbu.seed", BugsCommand.SEED),
                System.getProperty("jangbu.keep") != null,
                Clock.systemUTC(),
                line -> System.out.println(line));
    }

    static Stream<PlantedBug> bugs() throws Exception {
        return PlantedBug.in(REPOSITORY.resolve("proving-ground/bugs")).stream();
    }

    /** One in the front door, one at a desk, one in the database: planted at once, and each has a judge of its own. */
    @Test
    void threeBugsAreCaughtByThreeWhoLookAtOtherThings() throws Exception {
        List<PlantedBug> three = Stream.of("key-without-fingerprint", "completion-doubled", "late-lines-allowed")
                .map(bugs::get)
                .toList();

        Map<Detector, String> said = trial.run(Scenario.LOAD, three);

        assertThat(said).containsOnlyKeys(Detector.CLIENTS, Detector.ONE_COMPLETION, Detector.LEDGER_REFUSES_CHANGE);
        assertThat(said.get(Detector.CLIENTS)).contains("took another body");
        assertThat(said.get(Detector.ONE_COMPLETION)).contains("was completed 2 times");
        assertThat(said.get(Detector.LEDGER_REFUSES_CHANGE)).contains("jangbu_ledger may: INSERT INTO lines");
    }

    @ParameterizedTest
    @Tag("proof")
    @MethodSource("bugs")
    void everyBugIsCaught(PlantedBug bug) throws Exception {
        Map<Detector, String> said = trial.run(bug.scenario(), List.of(bug));

        assertThat(new Caught(bug.name(), bug.scenario(), 0, said).isAsItMustBe(bugs))
                .as("%s was to be caught by %s, and they said %s", bug.name(), bug.caughtBy(), said)
                .isTrue();
    }

    @ParameterizedTest
    @Tag("proof")
    @EnumSource
    void whereNoneIsPlantedNothingIsReported(Scenario scenario) throws Exception {
        assertThat(trial.run(scenario, List.of())).isEmpty();
    }

    @Test
    @Tag("proof")
    void everyDetectorHasABugThatItMustCatch() {
        Set<Detector> mustCatch = bugs.values().stream()
                .flatMap(bug -> bug.caughtBy().stream())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Detector.class)));

        assertThat(mustCatch).containsExactlyInAnyOrder(Detector.values());
    }
}
