package dev.jangbu.proving.audit;

import dev.jangbu.proving.facts.FactsDatabase;
import dev.jangbu.proving.facts.InstallationFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An invariant that is a file of SQL statements over the facts. Its name is {@code NN-name-of-the-invariant.sql}, its
 * first paragraph of comments is the invariant's statement. The tables after {@code FROM} and {@code JOIN} are filled
 * before it runs.
 *
 * <p>Each row of a SELECT is a violation, or, if the column is named {@code unchecked}, a part that cannot be checked. A
 * second column, {@code total}, is the number of violations if only the first are returned.
 *
 * @param statements the SQL statements, in their order
 */
record SqlInvariant(int number, String name, String statement, List<String> tables, List<String> statements)
        implements Invariant {

    private static final Pattern TABLE = Pattern.compile("\\b(?:FROM|JOIN) (\\w+)");
    private static final Pattern END_OF_STATEMENT = Pattern.compile(";\\s*\\R");

    /** @param file beside this class */
    static SqlInvariant of(String file) {
        String sql;
        try {
            sql = FactsDatabase.resource(SqlInvariant.class, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String name = Pattern.compile("-(\\w)")
                .matcher(file.substring(2, file.lastIndexOf('.')))
                .replaceAll(word -> word.group(1).toUpperCase(java.util.Locale.ROOT));
        String statement = sql.lines()
                .takeWhile(line -> line.startsWith("-- "))
                .map(line -> line.substring(3))
                .collect(Collectors.joining(" "));
        return new SqlInvariant(
                Integer.parseInt(file.substring(0, 2)),
                name,
                statement,
                TABLE.matcher(sql).results().map((MatchResult table) -> table.group(1)).distinct().toList(),
                Arrays.asList(END_OF_STATEMENT.split(sql)));
    }

    @Override
    public void check(InstallationFacts facts, Violations violations) throws IOException, SQLException {
        for (String table : tables) {
            facts.require(table);
        }
        try (Statement running = facts.connection().createStatement()) {
            for (String sql : statements) {
                if (running.execute(sql)) {
                    try (ResultSet rows = running.getResultSet()) {
                        report(rows, violations);
                    }
                }
            }
        }
    }

    private static void report(ResultSet rows, Violations violations) throws SQLException {
        boolean unchecked = rows.getMetaData().getColumnName(1).equals("unchecked");
        boolean hasTotal = rows.getMetaData().getColumnCount() > 1;
        long read = 0;
        long total = 0;
        while (rows.next()) {
            read++;
            total = hasTotal ? rows.getLong(2) : read;
            if (unchecked) {
                violations.addUnchecked(rows.getString(1));
            } else {
                violations.add("%s", rows.getString(1));
            }
        }
        violations.addCount(total - read);
    }
}
