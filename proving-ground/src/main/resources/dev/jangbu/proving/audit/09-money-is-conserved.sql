-- Payments less refunds equal the sellers' credits plus the fees; booked payouts equal the debits for payouts
--
-- A row is a currency in which the payments and the ledger have moved different sums.

WITH payments_moved AS (
    SELECT currency, sum(net) AS net, sum(paid_out) AS paid_out
      FROM (SELECT currency, amount AS net, 0 AS paid_out FROM payments WHERE status IN ('APPROVED', 'COMPLETED')
            UNION ALL
            SELECT p.currency, -r.amount, 0
              FROM refunds r
              JOIN payments p ON p.id = r.payment_id
             WHERE r.status IN ('APPROVED', 'COMPLETED')
            UNION ALL
            SELECT currency, 0, amount FROM payouts WHERE status = 'BOOKED')
     GROUP BY currency),
ledger_moved AS (
    SELECT l.currency,
           coalesce(sum(CASE l.side WHEN 'CREDIT' THEN l.amount ELSE -l.amount END)
               FILTER (WHERE j.kind IN ('PAYMENT', 'REFUND')
                         AND (l.account LIKE 'seller:%:payable' OR l.account = 'platform:fees')), 0) AS net,
           coalesce(sum(CASE l.side WHEN 'DEBIT' THEN l.amount ELSE -l.amount END)
               FILTER (WHERE j.kind = 'PAYOUT' AND l.account LIKE 'seller:%:payable'), 0) AS paid_out
      FROM lines l
      JOIN journals j ON j.settlement_id = l.settlement_id
     GROUP BY l.currency)
SELECT concat(currency, ': the payments have ', coalesce('[net ' || p.net || ', paid out ' || p.paid_out || ']', 'nothing'),
              ', the ledger has ', coalesce('[net ' || l.net || ', paid out ' || l.paid_out || ']', 'nothing')) AS violation
  FROM payments_moved p
  FULL JOIN ledger_moved l USING (currency)
 WHERE (p.net IS DISTINCT FROM l.net OR p.paid_out IS DISTINCT FROM l.paid_out)
       -- Approved payments are posted later, and payouts become BOOKED after they are posted.
   AND NOT awaited(['CONNECTOR', 'WALLET_PROCESSOR', 'LEDGER', 'PAYMENT_API'])
 ORDER BY currency;
