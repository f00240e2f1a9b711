-- Each completed payment and refund and each decided payout has one completion, and there is no other completion
--
-- A row is a payment, refund or payout that was completed twice, or not, or otherwise than its state says.

CREATE OR REPLACE TEMP VIEW completed AS
SELECT reference_id AS subject, concat_ws(' ', kind, outcome, rejection, parts) AS text FROM completions;

CREATE OR REPLACE TEMP VIEW ended AS
SELECT id AS subject, concat_ws(' ', 'PAYMENT COMPLETED', parts) AS text, completed_at_ms AS at_ms
  FROM payments
 WHERE status = 'COMPLETED'
UNION ALL
SELECT id, concat_ws(' ', 'REFUND COMPLETED', parts), completed_at_ms
  FROM refunds
 WHERE status = 'COMPLETED'
UNION ALL
SELECT id, CASE status WHEN 'BOOKED' THEN 'PAYOUT COMPLETED 1' ELSE 'PAYOUT REJECTED ' || coalesce(rejection, '') || ' 0' END,
       decided_at_ms
  FROM payouts
 WHERE status IN ('BOOKED', 'REJECTED');

SELECT concat(subject, ' was completed ', times, ' times: ', texts) AS violation, total FROM repeated('completed');

SELECT concat(subject, ' was completed and its state is another: [', text, ']') AS violation
  FROM completed
  ANTI JOIN ended USING (subject)
 WHERE NOT awaited(['PAYMENT_API'])
 ORDER BY subject;

SELECT concat(subject, ' is ', text, ' without a completion') AS violation
  FROM ended
  ANTI JOIN completed USING (subject)
 WHERE NOT may_be_deleted(at_ms, 30)
 ORDER BY subject;

SELECT concat(e.subject, ' is ', e.text, ' and its completion has [', c.text, ']') AS violation
  FROM ended e
  JOIN completed c USING (subject)
 WHERE c.text <> e.text
 ORDER BY e.subject;

-- Older completions have no position.
SELECT concat(reference_id, ' is in the books at ', coalesce('[' || p.position || ']', 'nothing'),
              ' and its completion has [', c.position, ']') AS violation
  FROM completions c
  LEFT JOIN positions p USING (reference_id)
 WHERE c.position IS NOT NULL AND p.position IS DISTINCT FROM c.position
 ORDER BY reference_id;

SELECT violation
  FROM unreadable_without_dead_letter('settlement.completions')
 WHERE NOT awaited(['PAYMENT_API']);
