-- At most one charge per payment, each for an approved payment and its amount; cancellations at the PSP equal the refunds
--
-- A row is a charge without its payment, a payment without its charge, or a pair with different terms or refunds.

-- Two payments must not share a charge.
CREATE OR REPLACE TEMP VIEW charged AS
SELECT payment_key AS subject, concat_ws(' ', id, status, order_id, amount, currency) AS text
  FROM payments
 WHERE payment_key IS NOT NULL;

SELECT concat('more than one payment has the charge ', subject, ': ', texts) AS violation, total
  FROM repeated('charged');

SELECT 'the charges and cancellations at the PSP: there is no simulator (JANGBU_SIMULATOR is not set).'
       || ' Compare the PSP''s settlement file with the ledger: ./jangbu reconcile FILE' AS unchecked
  FROM psp
 WHERE NOT is_listed;

-- The PSP lists each charge once.
CREATE OR REPLACE TEMP VIEW charges AS
SELECT payment_key AS subject, concat_ws(' ', order_id, amount, currency, cancelled) AS text FROM psp_charges;

SELECT concat('the PSP lists the charge ', subject, ' more than once: ', texts) AS violation, total
  FROM repeated('charges');

SELECT concat('no payment has the charge ', subject, ': [', text, ']') AS violation
  FROM charges
  ANTI JOIN charged USING (subject)
 ORDER BY subject;

SELECT concat('payment ', id, ' is ', status, ' and was never charged') AS violation
  FROM payments
  ANTI JOIN psp_charges USING (payment_key)
 WHERE payment_key IS NOT NULL AND status IN ('APPROVED', 'COMPLETED') AND (SELECT is_listed FROM psp)
 ORDER BY payment_key;

-- Only an approved payment is charged. The outcome may still be unknown. A payment that an operator declined may have
-- been charged if the PSP cancelled all of it.
SELECT concat('payment ', p.id, ' is ', p.status, ' and was charged') AS violation
  FROM payments p
  JOIN psp_charges c USING (payment_key)
 WHERE p.status NOT IN ('APPROVED', 'COMPLETED', 'EXECUTING', 'UNKNOWN', 'REVIEW')
   AND NOT (p.status = 'DECLINED' AND c.cancelled = p.amount
            AND p.id IN (SELECT resource_id FROM history WHERE from_status = 'REVIEW' AND to_status = 'DECLINED'))
 ORDER BY payment_key;

SELECT concat('payment ', p.id, ' is for ', p.order_id, ' ', p.amount, ' ', p.currency,
              ' and the PSP charged ', c.order_id, ' ', c.amount, ' ', c.currency) AS violation
  FROM payments p
  JOIN psp_charges c USING (payment_key)
 WHERE p.status IN ('APPROVED', 'COMPLETED')
   AND (p.order_id, p.amount, p.currency) IS DISTINCT FROM (c.order_id, c.amount, c.currency)
 ORDER BY payment_key;

-- A refund that is at the PSP or in review may be cancelled there or not. There is at most one at a time.
SELECT concat('payment ', p.id, ': the PSP cancelled ', c.cancelled, ', the refunds have ', coalesce(r.approved, 0),
              ' approved and ', coalesce(r.undecided, 0), ' undecided') AS violation
  FROM payments p
  JOIN psp_charges c USING (payment_key)
  LEFT JOIN (SELECT payment_id,
                    sum(amount) FILTER (WHERE status IN ('APPROVED', 'COMPLETED')) AS approved,
                    sum(amount) FILTER (WHERE status IN ('EXECUTING', 'UNKNOWN', 'REVIEW')) AS undecided
               FROM refunds
              GROUP BY payment_id) r ON r.payment_id = p.id
 WHERE p.status IN ('APPROVED', 'COMPLETED')
   AND c.cancelled - coalesce(r.approved, 0) NOT IN (0, coalesce(r.undecided, 0))
 ORDER BY payment_key;
