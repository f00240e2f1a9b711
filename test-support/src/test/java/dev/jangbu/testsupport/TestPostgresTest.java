package dev.jangbu.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestPostgresTest {

    private static final String LEDGER = "jangbu_ledger";

    @BeforeEach
    void givenAnEmptyDatabase() {
        TestPostgres.recreate(LEDGER);
    }

    @Test
    void committedRowsSurviveARestartOfTheServer() throws SQLException {
        run(LEDGER, "CREATE TABLE t AS SELECT 1");
        String address = TestPostgres.address();

        TestPostgres.restart();

        assertThat(TestPostgres.address()).isEqualTo(address);
        assertThat(countRows(LEDGER)).isOne();
    }

    @Test
    void aSavedDatabaseIsRestoredWithItsPrivileges() throws SQLException {
        run(LEDGER, "CREATE TABLE t AS SELECT 1");
        TestPostgres.save(LEDGER, "saved");
        run(LEDGER, "DELETE FROM t");

        TestPostgres.restore(LEDGER, "saved");

        assertThat(countRows(LEDGER)).isOne();
        assertOnlyItsRolesConnect(LEDGER);
    }

    @Test
    void aDatabaseOfAnotherNameHasThePrivilegesOfTheDeployedOne() throws SQLException {
        TestPostgres.create("another_ledger", LEDGER);

        assertOnlyItsRolesConnect("another_ledger");
        run("another_ledger", "CREATE TABLE t AS SELECT 1");
        TestPostgres.drop("another_ledger");
    }

    @Test
    void migrationsRunInTheOrderOfTheirVersions(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("V10__row.sql"), "INSERT INTO t VALUES (1)");
        Files.writeString(folder.resolve("V2__table.sql"), "CREATE TABLE t (n int)");

        TestPostgres.migrate(LEDGER, folder);

        assertThat(countRows(LEDGER)).isOne();
    }

    @Test
    void theLogHoldsTheServersErrors() {
        assertThatThrownBy(() -> run(LEDGER, "SELECT 1/0")).hasMessageContaining("division by zero");

        assertThat(TestPostgres.log()).contains("\"division by zero\"");
    }

    private static void assertOnlyItsRolesConnect(String database) throws SQLException {
        TestPostgres.connect(database, "jangbu_ledger").close();
        assertThatThrownBy(() -> TestPostgres.connect(database, "jangbu_payment"))
                .hasMessageContaining("permission denied");
    }

    private static void run(String database, String sql) throws SQLException {
        try (Connection connection = TestPostgres.connect(database, TestPostgres.OWNER);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int countRows(String database) throws SQLException {
        try (Connection connection = TestPostgres.connect(database, TestPostgres.OWNER);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM t")) {
            row.next();
            return row.getInt(1);
        }
    }
}
