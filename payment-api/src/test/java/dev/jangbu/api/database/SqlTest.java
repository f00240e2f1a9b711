package dev.jangbu.api.database;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SqlTest {

    private static final String LIST = """
            SELECT *
              FROM payouts
             WHERE id < :below
               AND status = :status -- if :status
             LIMIT :rows
            """;

    @Test
    void anOptionalConditionAppliesOnlyIfItsParameterIsGiven() {
        assertThat(new Bindings().with("below", 1).applyTo(LIST))
                .doesNotContain("status")
                .contains("id < :below\n LIMIT");
        assertThat(new Bindings().with("below", 1).optional("status", null).applyTo(LIST))
                .doesNotContain("status");
        assertThat(new Bindings().with("below", 1).optional("status", "BOOKED").applyTo(LIST))
                .contains("AND status = :status");
    }
}
