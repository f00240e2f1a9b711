-- A stream over each topic of the catalogue.
--
-- Columns are Avro fields; ksqlDB matches their names case-insensitively. The key is also a field of the value; it is
-- declared once, as the key. Enums are STRING.
-- SOURCE: ksqlDB refuses writes to these topics. No PARTITIONS: a missing topic is an error and is not created.

CREATE SOURCE STREAM IF NOT EXISTS settlement_requests (
    walletId STRING KEY,
    settlementId STRING,
    kind STRING,
    referenceId STRING,
    referenceParts INTEGER,
    lineId STRING,
    orderId STRING,
    sellerId STRING,
    currency STRING,
    amount BIGINT,
    fee BIGINT,
    expectedVersion BIGINT,
    psp STRING,
    occurredAt TIMESTAMP,
    part INTEGER,
    movedAt TIMESTAMP,
    createdAt TIMESTAMP,
    paymentId STRING,
    paymentKey STRING,
    transactionKey STRING
) WITH (
    KAFKA_TOPIC = 'settlement.requests',
    KEY_FORMAT = 'KAFKA',
    VALUE_FORMAT = 'AVRO',
    TIMESTAMP = 'occurredAt'
);

CREATE SOURCE STREAM IF NOT EXISTS ledger_entries (
    walletId STRING KEY,
    settlementId STRING,
    kind STRING,
    referenceId STRING,
    referenceParts INTEGER,
    currency STRING,
    lines ARRAY<STRUCT<account STRING, side STRING, amount BIGINT>>,
    balanceAfter BIGINT,
    walletVersion BIGINT,
    occurredAt TIMESTAMP,
    recordedAt TIMESTAMP,
    part INTEGER
) WITH (
    KAFKA_TOPIC = 'ledger.entries',
    KEY_FORMAT = 'KAFKA',
    VALUE_FORMAT = 'AVRO',
    TIMESTAMP = 'recordedAt'
);

CREATE SOURCE STREAM IF NOT EXISTS ledger_postings (
    referenceId STRING KEY,
    settlementId STRING,
    referenceParts INTEGER,
    kind STRING,
    book INTEGER,
    journalNo BIGINT,
    hash BYTES,
    postedAt TIMESTAMP
) WITH (
    KAFKA_TOPIC = 'ledger.postings',
    KEY_FORMAT = 'KAFKA',
    VALUE_FORMAT = 'AVRO',
    TIMESTAMP = 'postedAt'
);

CREATE SOURCE STREAM IF NOT EXISTS settlement_completions (
    referenceId STRING KEY,
    kind STRING,
    outcome STRING,
    rejection STRING,
    parts INTEGER,
    completedAt TIMESTAMP,
    position STRING
) WITH (
    KAFKA_TOPIC = 'settlement.completions',
    KEY_FORMAT = 'KAFKA',
    VALUE_FORMAT = 'AVRO',
    TIMESTAMP = 'completedAt'
);

-- The original bytes; origin and reason are in the headers. Event time is the record's timestamp.
CREATE SOURCE STREAM IF NOT EXISTS settlement_dead_letters (
    recordKey BYTES KEY,
    recordValue BYTES,
    originTopic BYTES HEADER('jangbu_dead_letter_topic'),
    originPartition BYTES HEADER('jangbu_dead_letter_partition'),
    originOffset BYTES HEADER('jangbu_dead_letter_offset'),
    refusedBy BYTES HEADER('jangbu_dead_letter_by'),
    reason BYTES HEADER('jangbu_dead_letter_reason'),
    cause BYTES HEADER('jangbu_dead_letter_cause')
) WITH (
    KAFKA_TOPIC = 'settlement.dead-letters',
    KEY_FORMAT = 'KAFKA',
    VALUE_FORMAT = 'KAFKA'
);

-- Replays of dead letters: operator, time and reason.
CREATE SOURCE STREAM IF NOT EXISTS settlement_replays (
    referenceId STRING KEY,
    deadLetterOffset BIGINT,
    originTopic STRING,
    originPartition INTEGER,
    originOffset BIGINT,
    settlementId STRING,
    replayedBy STRING,
    reason STRING,
    proof STRING,
    replayedAt TIMESTAMP,
    sent BOOLEAN
) WITH (
    KAFKA_TOPIC = 'settlement.replays',
    KEY_FORMAT = 'KAFKA',
    VALUE_FORMAT = 'AVRO',
    TIMESTAMP = 'replayedAt'
);

-- Marks of the payments database: a database without the newest one has been restored to an earlier time.
CREATE SOURCE STREAM IF NOT EXISTS payment_marks (
    database STRING KEY,
    systemIdentifier BIGINT,
    timeline INTEGER,
    lsn BIGINT,
    epoch BIGINT,
    sequence BIGINT,
    nonce STRING,
    writtenAt TIMESTAMP
) WITH (
    KAFKA_TOPIC = 'payment.marks',
    KEY_FORMAT = 'KAFKA',
    VALUE_FORMAT = 'AVRO',
    TIMESTAMP = 'writtenAt'
);
