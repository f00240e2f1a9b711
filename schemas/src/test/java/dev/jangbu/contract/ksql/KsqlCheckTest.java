package dev.jangbu.contract.ksql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Correct SQL passes; each mistake is reported. */
class KsqlCheckTest {

    private static final String GOOD = """
            -- A comment; with a semicolon.
            CREATE SOURCE STREAM IF NOT EXISTS entries (
                walletId STRING KEY,
                currency STRING,
                kind STRING,
                lines ARRAY<STRUCT<account STRING, side STRING, amount BIGINT>>,
                recordedAt TIMESTAMP
            ) WITH (KAFKA_TOPIC = 'ledger.entries', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'AVRO', TIMESTAMP = 'recordedAt');

            CREATE SOURCE STREAM IF NOT EXISTS letters (
                letterKey BYTES KEY,
                letter BYTES,
                reason BYTES HEADER('jangbu_dead_letter_reason')
            ) WITH (KAFKA_TOPIC = 'settlement.dead-letters', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'KAFKA');

            CREATE STREAM IF NOT EXISTS entry_lines
            WITH (KAFKA_TOPIC = 'ksql.entry-lines', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'JSON') AS
            SELECT walletId, currency, EXPLODE(lines) AS line FROM entries WHERE kind <> 'PAYOUT' EMIT CHANGES;

            INSERT INTO entry_lines SELECT walletId, currency, FIRST(lines, 1) AS line FROM entries EMIT CHANGES;

            SET 'ksql.query.pull.table.scan.enabled' = 'true';
            SELECT SUM(line->amount) AS amount, FROM_BYTES(currency, 'utf8') FROM entry_lines WHERE line->side = 'DEBIT';
            """;

    @Test
    void correctSqlPasses() {
        KsqlCheck check = check(GOOD);

        assertThat(check.problems()).isEmpty();
        assertThat(check.topics()).containsExactly("ledger.entries", "settlement.dead-letters");
        assertThat(check.unread()).containsExactly("letters");
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'ledger.entries'      | 'ledger.entry'            | no topic of the catalogue",
                "currency STRING,      | currencyCode STRING,      | topic does not have: currencyCode STRING",
                "recordedAt TIMESTAMP  | recordedAt BIGINT         | topic does not have: recordedAt BIGINT",
                "amount BIGINT>>       | amount STRING>>           | topic does not have: lines ARRAY",
                "walletId STRING KEY   | walletId STRING           | entries has no key",
                "walletId STRING KEY   | currency STRING KEY       | topic does not have: currency STRING KEY",
                "walletId STRING KEY   | `walletId` STRING KEY     | topic does not have: `walletId`",
                "= 'AVRO'              | = 'JSON'                  | entries has other settings",
                "= 'recordedAt'        | = 'currency'              | no TIMESTAMP column as event time",
                "'recordedAt')         | 'recordedAt', PARTITIONS = 4) | no TIMESTAMP column as event time",
                "SOURCE STREAM         | STREAM                    | not understood: CREATE STREAM",
                "letter BYTES,         | letter STRING,            | topic does not have: letter STRING",
                "letter_reason         | letter_why                | topic does not have: reason BYTES HEADER",
                "FROM entries WHERE    | FROM entry WHERE          | entry is no stream or table",
                "SELECT walletId, currency, EXPLODE | SELECT walletId, money, EXPLODE | has not all columns of",
                "FROM entries EMIT     | FROM entry_lines EMIT     | has not all columns of",
                "<> 'PAYOUT'           | <> 'PAY_OUT'              | no enum's symbol",
                "= 'DEBIT'             | = 'DEBET'                 | no enum's symbol",
                "line->side            | line->book                | has no such field",
                "'ksql.entry-lines'    | 'ledger.postings'         | not understood: CREATE STREAM",
                "INTO entry_lines      | INTO entries              | entries cannot take",
                "FIRST(lines, 1) AS line | FIRST(lines, 1) AS first | entry_lines cannot take",
                "EXISTS letters        | EXISTS entries            | entries is defined twice",
                "INSERT INTO           | DELETE FROM               | not understood: DELETE FROM"
            })
    void mistakeIsReported(String right, String wrong, String problem) {
        assertThat(GOOD).contains(right);

        assertThat(check(GOOD.replace(right, wrong)).problems())
                .anySatisfy(found -> assertThat(found).contains(problem));
    }

    private static KsqlCheck check(String sql) {
        return new KsqlCheck(Topic::schema).run(sql);
    }
}
