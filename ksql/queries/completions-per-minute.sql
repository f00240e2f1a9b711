-- How many payments, refunds and payouts came to their end in each minute, completed or rejected.
-- Without a key it reads the whole table.
SET 'ksql.query.pull.table.scan.enabled' = 'true';

SELECT FROM_UNIXTIME(WINDOWSTART) AS minuteFrom, outcome, completions, parts FROM completions_per_minute;
