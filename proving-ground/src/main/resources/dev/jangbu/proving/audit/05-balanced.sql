-- Debits equal credits in each journal, per currency and in total, and the balances are the sums of the lines
--
-- A row is a journal, a currency or an account that does not add up.

SELECT concat('journal ', settlement_id, ' is off by ', difference, ' ', currency, ' in ', n, ' lines') AS violation
  FROM (SELECT settlement_id, currency, count(*) AS n,
               sum(CASE side WHEN 'DEBIT' THEN amount ELSE -amount END) AS difference
          FROM lines
         GROUP BY settlement_id, currency)
 WHERE difference <> 0 OR n < 2
 ORDER BY settlement_id, currency;

SELECT concat('the whole ledger is off by ', difference, ' ', currency) AS violation
  FROM (SELECT currency, sum(CASE side WHEN 'DEBIT' THEN amount ELSE -amount END) AS difference
          FROM lines
         GROUP BY currency)
 WHERE difference <> 0
 ORDER BY currency;

SELECT concat(coalesce(kept.account, summed.account), ' ', coalesce(kept.currency, summed.currency), ' in book ',
              coalesce(kept.book, summed.book), ': kept ', kept.debits, '/', kept.credits, ', lines sum to ',
              summed.debits, '/', summed.credits) AS violation
  FROM balances kept
  FULL JOIN line_sums summed
         ON summed.book = kept.book AND summed.account = kept.account AND summed.currency = kept.currency
 WHERE kept.debits IS DISTINCT FROM summed.debits OR kept.credits IS DISTINCT FROM summed.credits
 ORDER BY 1;

SELECT concat('journal ', settlement_id, ' has no lines') AS violation
  FROM journals
  ANTI JOIN lines USING (settlement_id)
 ORDER BY settlement_id;

SELECT concat('lines of ', settlement_id, ' have no journal') AS violation
  FROM lines
  ANTI JOIN journals USING (settlement_id)
 ORDER BY settlement_id;
