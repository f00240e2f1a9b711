-- Marks of the payments database that Kafka still has: timeline, epoch and sequence.
SELECT FROM_UNIXTIME(ROWTIME) AS writtenAt, database, systemIdentifier, timeline, lsn, epoch, sequence, nonce
FROM payment_marks;
