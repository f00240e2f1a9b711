-- Updates open payments, refunds and payouts, each once even if a batch contains it twice. Returns the indexes of the
-- completions that match neither an open nor a completed one; all parts of the statement see the same snapshot.
WITH received AS (
    SELECT *
      FROM unnest(:ids, :kinds, :outcomes, :rejections, :ats, :positions) WITH ORDINALITY
           AS t (id, kind, outcome, rejection, at, position, ordinal)),
completed AS (SELECT DISTINCT ON (id, kind) * FROM received ORDER BY id, kind, ordinal),
paid AS (
    UPDATE payments p
       SET status = 'COMPLETED', version = p.version + 1, cause = 'completion', completed_at = completed.at,
           position = nullif(completed.position, '')
      FROM completed
     WHERE p.id = completed.id AND completed.kind = 'PAYMENT'
           AND completed.outcome = 'COMPLETED' AND p.status = 'APPROVED'
    RETURNING 1),
refunded AS (
    UPDATE refunds r
       SET status = 'COMPLETED', version = r.version + 1, cause = 'completion', completed_at = completed.at,
           position = nullif(completed.position, '')
      FROM completed
     WHERE r.id = completed.id AND completed.kind = 'REFUND'
           AND completed.outcome = 'COMPLETED' AND r.status = 'APPROVED'
    RETURNING 1),
decided AS (
    UPDATE payouts o
       SET status = CASE completed.outcome WHEN 'COMPLETED' THEN 'BOOKED' ELSE 'REJECTED' END,
           rejection = CASE completed.outcome WHEN 'COMPLETED' THEN NULL ELSE completed.rejection END,
           version = o.version + 1, cause = 'completion', decided_at = completed.at,
           position = nullif(completed.position, '')
      FROM completed
     WHERE o.id = completed.id AND completed.kind = 'PAYOUT' AND o.status = 'REQUESTED'
    RETURNING 1)
SELECT (t.ordinal - 1)::int AS index
  FROM received t
 WHERE NOT EXISTS (SELECT FROM payments p
                    WHERE t.kind = 'PAYMENT' AND p.id = t.id AND p.status IN ('APPROVED', 'COMPLETED'))
   AND NOT EXISTS (SELECT FROM refunds r
                    WHERE t.kind = 'REFUND' AND r.id = t.id AND r.status IN ('APPROVED', 'COMPLETED'))
   AND NOT EXISTS (SELECT FROM payouts o WHERE t.kind = 'PAYOUT' AND o.id = t.id)
 ORDER BY index
