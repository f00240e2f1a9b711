-- Payments, refunds and payouts completed or rejected in each minute.
-- Without a key, the query reads the whole table.
SET 'ksql.query.pull.table.scan.enabled' = 'true';

SELECT FROM_UNIXTIME(WINDOWSTART) AS minuteFrom, outcome, completions, parts FROM completions_per_minute;
