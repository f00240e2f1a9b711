package dev.jangbu.local.parts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PostgresTest {

    @Test
    void aScriptIsSplitIntoStatementsWithoutComments() {
        assertThat(Postgres.splitStatements("-- One;\nCREATE ROLE a;\n\nGRANT x\n  TO y; -- two\n"))
                .containsExactly("CREATE ROLE a", "GRANT x\n  TO y");
    }
}
