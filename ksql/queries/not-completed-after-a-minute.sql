-- What was approved more than a minute ago and is not complete: empty in a healthy system.
-- Without a key it reads the whole table.
SET 'ksql.query.pull.table.scan.enabled' = 'true';

SELECT referenceId, kind, FROM_UNIXTIME(requestedAt) AS since
FROM settlements
WHERE completed = 0 AND requestedAt < UNIX_TIMESTAMP() - 60000;
