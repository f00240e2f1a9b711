-- The streams and tables that the queries read, maintained by ksqlDB. Run it once, after 01-streams.sql.
--
-- Each statement has its own topic, named ksql.*, with JSON values. It needs no subject in the registry and can be
-- dropped and recreated at any time.

SET 'auto.offset.reset' = 'earliest';

-- Makes ksqlDB read committed records only. Otherwise records of aborted transactions would count.
SET 'processing.guarantee' = 'exactly_once_v2';

-- A wallet is a seller's balance in a currency. Every entry has the balance after it; the latest entry's is current.
CREATE TABLE IF NOT EXISTS wallet_balances
WITH (KAFKA_TOPIC = 'ksql.wallet-balances', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'JSON') AS
SELECT
    walletId,
    LATEST_BY_OFFSET(currency) AS currency,
    LATEST_BY_OFFSET(balanceAfter) AS balance,
    LATEST_BY_OFFSET(walletVersion) AS version,
    COUNT(*) AS entries
FROM ledger_entries
GROUP BY walletId
EMIT CHANGES;

-- The lines of all entries, for the balances of all accounts, including the platform's and the PSP's.
CREATE STREAM IF NOT EXISTS ledger_lines
WITH (KAFKA_TOPIC = 'ksql.ledger-lines', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'JSON') AS
SELECT
    walletId,
    settlementId,
    currency,
    EXPLODE(lines) AS line
FROM ledger_entries
EMIT CHANGES;

-- A key of two columns needs the key format JSON.
CREATE TABLE IF NOT EXISTS account_balances
WITH (KAFKA_TOPIC = 'ksql.account-balances', KEY_FORMAT = 'JSON', VALUE_FORMAT = 'JSON') AS
SELECT
    line->account AS account,
    currency,
    SUM(CASE WHEN line->side = 'DEBIT' THEN line->amount ELSE CAST(0 AS BIGINT) END) AS debits,
    SUM(CASE WHEN line->side = 'CREDIT' THEN line->amount ELSE CAST(0 AS BIGINT) END) AS credits
FROM ledger_lines
GROUP BY line->account, currency
EMIT CHANGES;

-- A long grace period, because ksqlDB reads partitions at different speeds while it catches up.
CREATE TABLE IF NOT EXISTS completions_per_minute
WITH (KAFKA_TOPIC = 'ksql.completions-per-minute', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'JSON') AS
SELECT
    outcome,
    COUNT(*) AS completions,
    SUM(parts) AS parts
FROM settlement_completions
WINDOW TUMBLING (SIZE 1 MINUTE, RETENTION 8 DAYS, GRACE PERIOD 7 DAYS)
GROUP BY outcome
EMIT CHANGES;

-- One row for each payment, refund and payout, requested and completed. Not a windowed left join: it reports a missing
-- completion only after a later record in the same partition, and so nothing during a standstill. Here a query compares
-- with the clock. The minimum and maximum of a reference's steps do not depend on order or repeated deliveries.
CREATE STREAM IF NOT EXISTS settlement_steps
WITH (KAFKA_TOPIC = 'ksql.settlement-steps', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'JSON') AS
SELECT
    referenceId,
    kind,
    UNIX_TIMESTAMP(occurredAt) AS stepAt,
    0 AS completed
FROM settlement_requests
PARTITION BY referenceId
EMIT CHANGES;

CREATE TABLE IF NOT EXISTS settlements
WITH (KAFKA_TOPIC = 'ksql.settlements', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'JSON') AS
SELECT
    referenceId,
    LATEST_BY_OFFSET(kind) AS kind,
    MIN(stepAt) AS requestedAt,
    MAX(stepAt) AS lastStepAt,
    MAX(completed) AS completed
FROM settlement_steps
GROUP BY referenceId
EMIT CHANGES;

-- As text, in JSON: a value of the format KAFKA is one column, which GROUP BY can't use.
CREATE STREAM IF NOT EXISTS dead_letters
WITH (KAFKA_TOPIC = 'ksql.dead-letters', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'JSON') AS
SELECT
    recordKey,
    FROM_BYTES(originTopic, 'utf8') AS originTopic,
    FROM_BYTES(originPartition, 'utf8') AS originPartition,
    FROM_BYTES(originOffset, 'utf8') AS originOffset,
    FROM_BYTES(refusedBy, 'utf8') AS refusedBy,
    FROM_BYTES(reason, 'utf8') AS reason
FROM settlement_dead_letters
EMIT CHANGES;

CREATE TABLE IF NOT EXISTS dead_letters_by_reason
WITH (KAFKA_TOPIC = 'ksql.dead-letters-by-reason', KEY_FORMAT = 'JSON', VALUE_FORMAT = 'JSON') AS
SELECT
    originTopic,
    refusedBy,
    reason,
    COUNT(*) AS letters
FROM dead_letters
GROUP BY originTopic, refusedBy, reason
EMIT CHANGES;

-- Last, because INSERT INTO has no IF NOT EXISTS: each run adds a query.
INSERT INTO settlement_steps
SELECT
    referenceId,
    kind,
    UNIX_TIMESTAMP(completedAt) AS stepAt,
    1 AS completed
FROM settlement_completions
EMIT CHANGES;
