-- A line's refunds add up to its refunded and reserved amounts, never exceed its amount, and return the fee pro rata
--
-- A row is a payment line, or a refund, whose amounts are not the sums of the refund lines.

CREATE OR REPLACE TEMP TABLE refunded AS
SELECT payment_id, line_id,
       sum(amount) FILTER (WHERE status IN ('APPROVED', 'COMPLETED')) AS refunded,
       sum(fee) FILTER (WHERE status IN ('APPROVED', 'COMPLETED')) AS fee,
       sum(amount) FILTER (WHERE status IN ('EXECUTING', 'UNKNOWN', 'REVIEW')) AS reserved
  FROM refund_lines
 GROUP BY payment_id, line_id;

SELECT concat('payment ', l.payment_id, ', line ', l.line_id, ' of ', l.amount, ' with a fee of ', l.fee,
              ': the line has ', l.refunded_amount, ' refunded, ', l.reserved_amount, ' reserved and a fee of ',
              l.refunded_fee, ' refunded; its refunds have ', coalesce(r.refunded, 0), ', ', coalesce(r.reserved, 0),
              ' and ', coalesce(r.fee, 0)) AS violation
  FROM payment_lines l
  FULL JOIN refunded r ON r.payment_id = l.payment_id AND r.line_id = l.line_id
 WHERE l.refunded_amount IS DISTINCT FROM coalesce(r.refunded, 0)
    OR l.reserved_amount IS DISTINCT FROM coalesce(r.reserved, 0)
    OR l.refunded_fee IS DISTINCT FROM coalesce(r.fee, 0)
    OR l.refunded_amount + l.reserved_amount > l.amount
       -- Rounded half up, cumulatively: a full refund returns the whole fee.
    OR l.refunded_fee <> (l.fee::HUGEINT * l.refunded_amount * 2 + l.amount) // (l.amount::HUGEINT * 2)
 ORDER BY l.payment_id, l.line_id;

SELECT concat('refund ', f.id, ' (', f.status, ') is of ', f.amount, ' and its lines sum to ', coalesce(s.amount, 0))
           AS violation
  FROM refunds f
  LEFT JOIN (SELECT refund_id, sum(amount) AS amount FROM refund_lines GROUP BY refund_id) s ON s.refund_id = f.id
 WHERE f.amount <> coalesce(s.amount, 0)
 ORDER BY f.id;
