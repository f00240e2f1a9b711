package dev.jangbu.proving.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.jangbu.proving.facts.FactsDatabase;
import dev.jangbu.proving.facts.SqlFile;
import java.nio.file.Path;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The SQL of the invariants on many facts that all violate them, in the memory that the audit gives to DuckDB. */
class ViolationsAloneTest {

    private static final long N = Long.getLong("jangbu.violations", 200_000);

    @TempDir
    private Path directory;

    @Test
    void anyNumberOfViolationsIsCountedInBoundedMemory() throws Exception {
        Map<String, Long> counts = new LinkedHashMap<>();
        try (FactsDatabase facts = new FactsDatabase(directory.resolve("facts.duckdb"), rows -> {});
                Statement statement = facts.connection().createStatement()) {
            statement.execute("SET VARIABLE n = " + N);
            statement.execute(SqlFile.read(ViolationsAloneTest.class, "violations-alone.sql")
                    .text());
            for (Invariant invariant : Audit.all()) {
                if (invariant instanceof SqlInvariant sql) {
                    Violations violations = new Violations();
                    sql.check(statement, violations);
                    counts.put(sql.name(), violations.count());
                }
            }
        }

        // The sums over the statements: one that finds nothing is missing in its sum.
        assertThat(counts)
                .containsExactly(
                        entry("OneChargePerPayment", 9 * N),
                        entry("RefundsAddUp", 3 * N),
                        entry("OutboxMatchesApprovals", 5 * N),
                        entry("OutboxIsPublished", 4 * N),
                        entry("SettledOnce", 10 * N),
                        entry("PayoutsAreCovered", 2 * N),
                        entry("Balanced", 6 * N + 1),
                        entry("WalletsMatchTheBook", 4 * N),
                        entry("GapFree", 9 * N),
                        entry("OneCompletion", 10 * N),
                        entry("LegalHistory", 10 * N),
                        entry("MoneyIsConserved", 1L),
                        entry("RebuiltFromKafka", 7 * N));
    }
}
