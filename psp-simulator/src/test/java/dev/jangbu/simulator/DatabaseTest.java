package dev.jangbu.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
    private static final String ROW = "x".repeat(3_000);
    private static final int MAX_PAGES = 16;

    @TempDir
    Path folder;

    @Test
    void refusesWritesAtItsLargestSizeAndKeepsItsRows() throws Exception {
        Path file = folder.resolve("full.db");
        try (Database database = new Database(file, "CREATE TABLE rows (text TEXT)", MAX_PAGES)) {
            assertIsFull(database);
            long kept = database.commit(() -> count(database));
            assertThat(kept).isPositive();
            assertIsFull(database);
            assertThat(database.commit(() -> count(database))).isEqualTo(kept);
        }
        assertThat(Files.size(file)).isLessThanOrEqualTo(MAX_PAGES * 4_096L);
    }

    private static void assertIsFull(Database database) {
        assertThatExceptionOfType(StoreFailedException.class)
                .isThrownBy(() -> fill(database))
                .withStackTraceContaining("SQLITE_FULL");
    }

    private static void fill(Database database) {
        for (int row = 0; row < MAX_PAGES; row++) {
            database.commit(() -> database.update("INSERT INTO rows VALUES (?)", ROW));
        }
    }

    private static long count(Database database) throws SQLException {
        return database.first("SELECT count(*) FROM rows", row -> row.getLong(1))
                .orElseThrow();
    }
}
