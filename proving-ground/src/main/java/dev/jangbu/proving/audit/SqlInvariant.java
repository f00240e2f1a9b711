package dev.jangbu.proving.audit;

import dev.jangbu.proving.facts.InstallationFacts;
import dev.jangbu.proving.facts.SqlFile;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * An invariant that is a file of SQL statements over the facts. The file is named {@code NN-name-of-the-invariant.sql};
 * its title is the invariant's statement. The tables after {@code FROM} and {@code JOIN} are filled before it runs.
 *
 * <p>Each row of a SELECT is a violation, or, if the column is named {@code unchecked}, a part that cannot be checked. A
 * second column, {@code total}, is the number of violations if only the first are returned.
 */
record SqlInvariant(int number, String name, SqlFile file) implements Invariant {

    private static final Pattern TABLE = Pattern.compile("\\b(?:FROM|JOIN) (\\w+)");
    private static final Pattern ORDER = Pattern.compile("\\n ORDER BY .*$");
    private static final Pattern WORD = Pattern.compile("-(\\w)");

    /** @param fileName of a file beside this class */
    static SqlInvariant of(String fileName) {
        String name = WORD.matcher(fileName.substring(2, fileName.lastIndexOf('.')))
                .replaceAll(word -> word.group(1).toUpperCase(Locale.ROOT));
        return new SqlInvariant(
                Integer.parseInt(fileName.substring(0, 2)), name, SqlFile.read(SqlInvariant.class, fileName));
    }

    @Override
    public String statement() {
        return file.title();
    }

    @Override
    public void check(InstallationFacts facts, Violations violations)
            throws IOException, SQLException, InterruptedException {
        for (String table : TABLE.matcher(file.text())
                .results()
                .map(table -> table.group(1))
                .distinct()
                .toList()) {
            facts.require(table);
        }
        try (Statement running = facts.connection().createStatement()) {
            check(running, violations);
        }
    }

    /** Runs the statements on filled tables. */
    void check(Statement running, Violations violations) throws SQLException {
        for (String sql : file.statements()) {
            if (sql.startsWith("SELECT") || sql.startsWith("WITH")) {
                report(running, sql, violations);
            } else {
                running.execute(sql);
            }
        }
    }

    /** Reads the first rows, which needs no space for the others, and counts the others only if there are any. */
    private static void report(Statement running, String sql, Violations violations) throws SQLException {
        long read = 0;
        long total = 0;
        try (ResultSet rows = running.executeQuery(sql + " LIMIT " + Violations.MAX_KEPT)) {
            if (rows.getMetaData().getColumnName(1).equals("unchecked")) {
                while (rows.next()) {
                    violations.addUnchecked("%s", rows.getString(1));
                }
                return;
            }
            boolean hasTotal = rows.getMetaData().getColumnCount() > 1;
            while (rows.next()) {
                read++;
                total = hasTotal ? rows.getLong(2) : read;
                violations.add("%s", rows.getString(1));
            }
        }
        if (read == Violations.MAX_KEPT && total == read) {
            try (ResultSet count = running.executeQuery(
                    "SELECT count(*) FROM (" + ORDER.matcher(sql).replaceFirst("") + ")")) {
                count.next();
                total = count.getLong(1);
            }
        }
        violations.addCount(total - read);
    }
}
