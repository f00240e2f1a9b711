-- A wallet's balance equals its account's balance and the sum of its entries; its version equals their number
--
-- A row is a wallet for which the API, the ledger and the entries in Kafka do not agree.

-- By the hash of the wallet: DuckDB does not spill groups of long texts.
CREATE OR REPLACE TEMP TABLE sums AS
SELECT md5_number(wallet_id) AS wallet, sum(payable) AS balance, count(*) AS n FROM entries GROUP BY wallet;

SELECT concat(wallet_id, ' has [', balance, '] in the ledger and no entry in Kafka') AS violation
  FROM accounts
  ANTI JOIN sums ON sums.wallet = md5_number(wallet_id)
 ORDER BY wallet_id;

SELECT concat(wallet_id, ' cannot be read: ', status, ' ', body) AS violation
  FROM wallets
 WHERE status <> 200
 ORDER BY wallet_id;

-- If the fees equal the amounts of all entries, the account has no line. The processor writes wallet and entries in one
-- transaction; the ledger may have unread entries.
SELECT concat(wallet_id, ': wallet ', w.balance, ' of ', w.version, ' entries, ledger ', coalesce(a.balance, 0),
              ', Kafka ', s.balance, ' of ', s.n, ' entries') AS violation
  FROM wallets w
  JOIN sums s ON s.wallet = md5_number(w.wallet_id)
  LEFT JOIN accounts a USING (wallet_id)
 WHERE w.status = 200
   AND (w.balance <> s.balance::VARCHAR OR w.version <> s.n::VARCHAR OR w.balance <> coalesce(a.balance, 0)::VARCHAR)
   AND NOT awaited(['WALLET_PROCESSOR'])
   AND NOT (w.balance = s.balance::VARCHAR AND w.version = s.n::VARCHAR AND awaited(['LEDGER']))
 ORDER BY wallet_id;

SELECT violation FROM unreadable_without_dead_letter('ledger.entries') WHERE NOT awaited(['LEDGER']);
