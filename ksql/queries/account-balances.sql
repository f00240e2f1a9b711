-- The trial balance from Kafka: over all accounts of a currency, debits equal credits.
-- Without a key, the query reads the whole table.
SET 'ksql.query.pull.table.scan.enabled' = 'true';

SELECT account, currency, debits, credits, credits - debits AS balance FROM account_balances;
