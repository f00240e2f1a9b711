package dev.jangbu.proving.bugs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The files of the planted bugs are complete, and their patches apply to the current sources. */
class PlantedBugTest {

    private static final Path REPOSITORY = Path.of("..");

    static Stream<PlantedBug> bugs() throws IOException {
        return PlantedBug.in(REPOSITORY.resolve("proving-ground/bugs")).stream();
    }

    /** A change of patched lines fails here, not only in the next long proof. */
    @ParameterizedTest
    @MethodSource("bugs")
    void appliesToTheCurrentSources(PlantedBug bug) throws IOException {
        assertThat(bug.patch() != null || bug.sql() != null).isTrue();
        assertThat(PatchedRepository.sources(REPOSITORY, List.of(bug)).isEmpty())
                .isEqualTo(bug.patch() == null);
    }

    @Test
    void aPatchThatDoesNotApplyIsReportedWithItsNameAndFile(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("stale.patch"), """
                Bug: something
                  that goes on
                Harm: some
                Scenario: transaction-aborted
                Caught: gap-free, not-quiet
                --- a/ledger-service/src/main/java/dev/jangbu/ledger/posting/Book.java
                +++ b/ledger-service/src/main/java/dev/jangbu/ledger/posting/Book.java
                @@ -1,2 +1,2 @@
                 nothing of the kind
                -is there
                +was there
                """);

        PlantedBug stale = PlantedBug.in(folder).getFirst();

        assertThat(stale.bug()).isEqualTo("something that goes on");
        assertThat(stale.scenario()).isEqualTo(Scenario.TRANSACTION_ABORTED);
        assertThat(stale.caughtBy()).isEqualTo(Set.of(Detector.GAP_FREE, Detector.NOT_QUIET));
        assertThatThrownBy(() -> PatchedRepository.sources(REPOSITORY, List.of(stale)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("stale")
                .hasMessageContaining("Book.java");
    }

    @Test
    void statementsHaveADatabaseAndATime(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("late.sql"), """
                -- Bug: something
                -- Harm: some
                -- Scenario: load
                -- Caught: balanced
                -- Database: ledger
                -- When: after the load

                SELECT 1;
                """);

        PlantedBug.Sql sql = PlantedBug.in(folder).getFirst().sql();

        assertThat(sql).isNotNull();
        assertThat(sql.onLedger()).isTrue();
        assertThat(sql.afterTheLoad()).isTrue();
    }

    @Test
    void aBugWithoutADetectorIsRejected(@TempDir Path folder) throws IOException {
        Files.writeString(
                folder.resolve("silent.sql"),
                "-- Bug: something\n-- Harm: some\n-- Scenario: load\n-- Database: ledger\n");

        assertThatThrownBy(() -> PlantedBug.in(folder))
                .hasMessageContaining("silent")
                .hasMessageContaining("Caught");
    }
}
