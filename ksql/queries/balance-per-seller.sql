-- The balance of each seller by currency, in minor units. walletId is sellerId:currency.
-- Without a key, the query reads the whole table.
SET 'ksql.query.pull.table.scan.enabled' = 'true';

SELECT walletId, balance, currency, version, entries FROM wallet_balances;
