-- References approved more than a minute ago and not complete. Empty in a healthy system.
-- Without a key, the query reads the whole table.
SET 'ksql.query.pull.table.scan.enabled' = 'true';

SELECT referenceId, kind, FROM_UNIXTIME(requestedAt) AS since
FROM settlements
WHERE completed = 0 AND requestedAt < UNIX_TIMESTAMP() - 60000;
