package dev.jangbu.proving.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FactsDatabaseTest {

    @TempDir
    private Path directory;

    private FactsDatabase facts;
    private long examined;

    @BeforeEach
    void create() throws Exception {
        facts = new FactsDatabase(directory.resolve("facts.duckdb"), rows -> examined += rows);
    }

    @AfterEach
    void close() throws Exception {
        facts.close();
    }

    @Test
    void everyKindOfColumnIsKept() throws Exception {
        facts.fill(
                "balances",
                table -> table.row(7, "fees", "KRW", new BigDecimal("12345678901234567890123"), new BigDecimal(0)));
        facts.fill(
                "payments",
                table -> table.row(new UUID(1, 2), "order", "READY", "KRW", 5L, "toss", null, null, null, 1L));
        facts.fill("psp", table -> table.row(true));

        assertThat(read("SELECT concat_ws(' ', book, account, debits) FROM balances"))
                .containsExactly("7 fees 12345678901234567890123");
        assertThat(read("SELECT concat_ws(' ', id, amount, payment_key) FROM payments"))
                .containsExactly("00000000-0000-0001-0000-000000000002 5");
        assertThat(read("SELECT is_listed FROM psp")).containsExactly("true");
        assertThat(examined).isEqualTo(3);
    }

    @Test
    void aTableWhoseSourceFailsStaysEmpty() throws Exception {
        assertThatThrownBy(() -> facts.fill("books", table -> {
                    table.row(1, 2L, "hash");
                    throw new IOException("down");
                }))
                .hasMessage("down");

        assertThat(read("SELECT book FROM books")).isEmpty();
    }

    @Test
    void aTableCanBeFilledFromAnother() throws Exception {
        facts.fill("busy_stages", table -> {
            for (int i = 0; i < 10_000; i++) {
                table.row("stage " + i);
            }
        });
        long rows = facts.fill(
                "dead_letters",
                table -> facts.query("SELECT stage FROM busy_stages", row -> table.row(row.getString(1))));

        assertThat(rows).isEqualTo(10_000);
        assertThat(read("SELECT count(DISTINCT content) FROM dead_letters")).containsExactly("10000");
    }

    private List<String> read(String sql) throws Exception {
        List<String> rows = new ArrayList<>();
        facts.query(sql, row -> rows.add(row.getString(1)));
        return rows;
    }
}
