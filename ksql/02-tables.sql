-- What the ready queries read, kept up to date by ksqlDB. Run it once, after 01-streams.sql.
--
-- Each statement has a topic of its own, named ksql.*, with JSON values: it takes no subject in the registry, and may be
-- dropped and made anew at any time.

SET 'auto.offset.reset' = 'earliest';

-- Streams reads read_committed only with this: without it, records of aborted transactions would count.
SET 'processing.guarantee' = 'exactly_once_v2';

-- A wallet is a seller's money in a currency. Every entry carries the balance after it, so the latest is the balance.
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

-- The same the other way round: the sums of the entries' lines, for every account, the platform's and the PSP's too.
CREATE STREAM IF NOT EXISTS ledger_lines
WITH (KAFKA_TOPIC = 'ksql.ledger-lines', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'JSON') AS
SELECT
    walletId,
    settlementId,
    currency,
    EXPLODE(lines) AS line
FROM ledger_entries
EMIT CHANGES;

-- A key of two columns needs a key format that can hold two.
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

-- The grace is as long as the windows are kept: while ksqlDB catches up, it reads partitions at different speeds.
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

-- Every payment, refund and payout, requested and completed, as one row. Not a windowed left join: that tells of a missing
-- completion only when a later record moves its partition's time on, so a standstill, which is what one looks for, would
-- show nothing. Here the question is asked by a query, against the clock. The smallest and the largest of a reference's
-- steps are the same in any order, and however often a request is delivered.
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

-- As text, and as JSON: a value of the format KAFKA is one column, which nothing can be grouped by.
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

-- Last, because it knows no IF NOT EXISTS: each run of it adds a query.
INSERT INTO settlement_steps
SELECT
    referenceId,
    kind,
    UNIX_TIMESTAMP(completedAt) AS stepAt,
    1 AS completed
FROM settlement_completions
EMIT CHANGES;
