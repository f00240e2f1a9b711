-- How many records could not be processed, by topic, by who met them, and why.
-- Without a key it reads the whole table.
SET 'ksql.query.pull.table.scan.enabled' = 'true';

SELECT originTopic, refusedBy, reason, letters FROM dead_letters_by_reason;
