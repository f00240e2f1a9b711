-- What each seller has, by currency: walletId is sellerId:currency, the balance is in minor units.
-- Without a key it reads the whole table.
SET 'ksql.query.pull.table.scan.enabled' = 'true';

SELECT walletId, balance, currency, version, entries FROM wallet_balances;
