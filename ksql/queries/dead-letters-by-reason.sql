-- The number of dead letters by topic, sender and reason.
-- Without a key, the query reads the whole table.
SET 'ksql.query.pull.table.scan.enabled' = 'true';

SELECT originTopic, refusedBy, reason, letters FROM dead_letters_by_reason;
