-- The trial balance as Kafka has it: over all accounts of a currency, the debits equal the credits.
-- Without a key it reads the whole table.
SET 'ksql.query.pull.table.scan.enabled' = 'true';

SELECT account, currency, debits, credits, credits - debits AS balance FROM account_balances;
