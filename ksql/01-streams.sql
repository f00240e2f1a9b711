-- A stream over each topic of the catalogue.
--
-- The values' columns are Avro fields; ksqlDB matches their names without regard to case. The key is a field of the value
-- too, and a name can stand only once: it is declared as the key, and reads the same. Enums are STRING.
-- SOURCE: ksqlDB never writes to these topics, and refuses whoever tries. No PARTITIONS: a topic that is not there is a
-- mistake, not something to be made.

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
    occurredAt TIMESTAMP
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
    recordedAt TIMESTAMP
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

-- Bytes as they came; why they are here is in the headers. Event time is the record's own.
CREATE SOURCE STREAM IF NOT EXISTS settlement_dead_letters (
    recordKey BYTES KEY,
    recordValue BYTES,
    originTopic BYTES HEADER('jangbu_dead_letter_topic'),
    originPartition BYTES HEADER('jangbu_dead_letter_partition'),
    originOffset BYTES HEADER('jangbu_dead_letter_offset'),
    refusedBy BYTES HEADER('jangbu_dead_letter_by'),
    reason BYTES HEADER('jangbu_dead_letter_reason')
) WITH (
    KAFKA_TOPIC = 'settlement.dead-letters',
    KEY_FORMAT = 'KAFKA',
    VALUE_FORMAT = 'KAFKA'
);

-- Who sent which dead letter to its topic again, when and why.
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
    replayedAt TIMESTAMP
) WITH (
    KAFKA_TOPIC = 'settlement.replays',
    KEY_FORMAT = 'KAFKA',
    VALUE_FORMAT = 'AVRO',
    TIMESTAMP = 'replayedAt'
);
