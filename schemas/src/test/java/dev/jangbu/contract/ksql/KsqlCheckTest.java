package dev.jangbu.contract.ksql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.Topic;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Correct SQL passes; each mistake is reported. */
class KsqlCheckTest {

    private static final String GOOD = """
            -- A comment; with a semicolon.
            CREATE SOURCE STREAM IF NOT EXISTS entries (
                walletId STRING KEY,
                currency STRING,
                kind STRING,
                lines ARRAY<STRUCT<account STRING, side STRING, amount BIGINT>>,
                balanceAfter BIGINT,
                recordedAt TIMESTAMP
            ) WITH (KAFKA_TOPIC = 'ledger.entries', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'AVRO', TIMESTAMP = 'recordedAt');

            CREATE SOURCE STREAM letters (
                letterKey BYTES KEY,
                letter BYTES,
                reason BYTES HEADER('jangbu_dead_letter_reason')
            ) WITH (KAFKA_TOPIC = 'settlement.dead-letters', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'KAFKA');

            CREATE STREAM entry_lines
            WITH (KAFKA_TOPIC = 'ksql.entry-lines', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'JSON') AS
            SELECT walletId, currency, EXPLODE(lines) AS line FROM entries WHERE kind <> 'PAYOUT' EMIT CHANGES;

            CREATE TABLE sides
            WITH (KAFKA_TOPIC = 'ksql.sides', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'JSON') AS
            SELECT line->side AS side, SUM(line->amount) AS amount FROM entry_lines GROUP BY line->side EMIT CHANGES;

            CREATE STREAM steps
            WITH (KAFKA_TOPIC = 'ksql.steps', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'JSON') AS
            SELECT walletId, UNIX_TIMESTAMP(recordedAt) AS stepAt, 0 AS done FROM entries EMIT CHANGES;
            INSERT INTO steps
            SELECT walletId, UNIX_TIMESTAMP(recordedAt) AS stepAt, 1 AS done FROM entries EMIT CHANGES;

            SELECT side, amount FROM sides WHERE side = 'DEBIT';
            """;

    static Stream<Arguments> broken() {
        return Stream.of(
                Arguments.of("ledger.entries", "ledger.entry", "the catalogue has no topic ledger.entry"),
                Arguments.of("currency STRING,", "currencyCode STRING,", "CURRENCYCODE is no field"),
                Arguments.of("balanceAfter BIGINT", "balanceAfter INTEGER", "is INTEGER and should be BIGINT"),
                Arguments.of("recordedAt TIMESTAMP\n", "recordedAt BIGINT\n", "is BIGINT and should be TIMESTAMP"),
                Arguments.of("amount BIGINT>>", "amount STRING>>", "LINES is ARRAY<STRUCT<ACCOUNT STRING"),
                Arguments.of("walletId STRING KEY", "walletId STRING", "its key should be walletId STRING KEY"),
                Arguments.of("walletId STRING KEY", "currency STRING KEY", "column CURRENCY is there twice"),
                Arguments.of("walletId STRING KEY", "`walletId` STRING KEY", "walletId is no field"),
                Arguments.of("VALUE_FORMAT = 'AVRO'", "VALUE_FORMAT = 'JSON'", "VALUE_FORMAT should be AVRO"),
                Arguments.of(
                        "KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'AVRO'",
                        "KEY_FORMAT = 'JSON', VALUE_FORMAT = 'AVRO'",
                        "KEY_FORMAT should be KAFKA"),
                Arguments.of("TIMESTAMP = 'recordedAt'", "TIMESTAMP = 'currency'", "event time should be a TIMESTAMP"),
                Arguments.of(", TIMESTAMP = 'recordedAt'", "", "event time should be a TIMESTAMP"),
                Arguments.of(", TIMESTAMP = 'recordedAt'", ", TIMESTAMP = 'recordedAt', PARTITIONS = 4", "PARTITIONS"),
                Arguments.of("SOURCE STREAM IF", "STREAM IF", "it is not a SOURCE"),
                Arguments.of("letter BYTES", "letter STRING", "LETTER is STRING and should be BYTES"),
                Arguments.of("letter BYTES,", "letter BYTES, more BYTES,", "one value column"),
                Arguments.of("jangbu_dead_letter_reason", "jangbu_dead_letter_why", "no record has the header"),
                Arguments.of("FROM entries WHERE", "FROM entry WHERE", "no stream or table ENTRY"),
                Arguments.of("SELECT walletId, currency,", "SELECT walletId, money,", "there is no column MONEY"),
                Arguments.of("SELECT walletId, currency,", "SELECT currency,", "the key [WALLETID] is not selected"),
                Arguments.of("'PAYOUT'", "'PAY_OUT'", "KIND is never 'PAY_OUT'"),
                Arguments.of("side = 'DEBIT'", "side = 'DEBET'", "SIDE is never 'DEBET'"),
                Arguments.of("side = 'DEBIT'", "amount = 'DEBIT'", "AMOUNT is BIGINT and is compared with 'DEBIT'"),
                Arguments.of("line->side AS", "line->book AS", "there is no field BOOK in LINE"),
                Arguments.of("SUM(line->amount)", "SUM(line->account)", "SUM does not take LINE->ACCOUNT"),
                Arguments.of("SUM(line->amount)", "TOTAL(line->amount)", "there is no function TOTAL"),
                Arguments.of("SUM(line->amount) AS", "line->amount AS", "neither aggregated nor grouped by"),
                Arguments.of(" GROUP BY line->side", "", "aggregates without GROUP BY"),
                Arguments.of(
                        "'ksql.sides', KEY_FORMAT = 'KAFKA'",
                        "'ksql.sides', KEY_FORMAT = 'JSON'",
                        "KEY_FORMAT should be KAFKA"),
                Arguments.of(
                        "SUM(line->amount) AS amount FROM entry_lines GROUP BY line->side",
                        "currency, SUM(line->amount) AS amount FROM entry_lines GROUP BY line->side, currency",
                        "KEY_FORMAT should be JSON"),
                Arguments.of("GROUP BY line->side", "GROUP BY currency", "CURRENCY is part of the key"),
                Arguments.of("'ksql.sides'", "'ledger.postings'", "its topic should be its own"),
                Arguments.of("INTO steps", "INTO entries", "only the services write to ledger.entries"),
                Arguments.of("1 AS done", "1 AS finished", "should select"),
                Arguments.of("1 AS done", "'1' AS done", "should select"),
                Arguments.of("AS stepAt, 0", "AS at, 0", "AT is a word of ksqlDB's"),
                Arguments.of("CREATE TABLE sides", "CREATE TABLE entries", "the name is taken"),
                Arguments.of("SELECT side, amount FROM", "SELECT side, amount + 1 FROM", "has no name"),
                Arguments.of("CREATE TABLE sides", "DROP TABLE sides; CREATE TABLE sides", "Expected SELECT"),
                Arguments.of("FROM entry_lines GROUP", "FROM entry_lines JOIN entries GROUP", "Expected ;"),
                Arguments.of("kind STRING,", "kind ENUM,", "Expected a type"),
                Arguments.of("kind STRING,", "kind STRING?,", "Not a word of SQL: ?,"));
    }

    @Test
    void correctSqlPasses() {
        assertThat(check(GOOD).problems()).isEmpty();
        assertThat(check(GOOD).topics()).containsExactly("ledger.entries", "settlement.dead-letters");
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("broken")
    void aMistakeIsReported(String right, String wrong, String problem) {
        assertThat(GOOD).contains(right);

        assertThat(check(GOOD.replace(right, wrong)).problems())
                .anySatisfy(found -> assertThat(found).contains(problem));
    }

    private static KsqlCheck check(String sql) {
        return new KsqlCheck(Topic::schema).run("test.sql", sql);
    }
}
