-- How the tables are copied from the payments database. INTO names the table; its columns are in the same order.

INTO clock
SELECT (extract(epoch FROM now()) * 1000)::bigint;

INTO payments
SELECT id, order_id, status, currency, amount, psp, payment_key,
       (extract(epoch FROM approved_at) * 1000)::bigint, (extract(epoch FROM completed_at) * 1000)::bigint,
       (SELECT count(*) FROM payment_lines WHERE payment_id = payments.id)
  FROM payments;

INTO payment_lines
SELECT payment_id, line_id, seller_id, amount, fee, refunded_amount, reserved_amount, refunded_fee
  FROM payment_lines;

INTO refunds
SELECT id, payment_id, status, amount,
       (extract(epoch FROM approved_at) * 1000)::bigint, (extract(epoch FROM completed_at) * 1000)::bigint,
       (SELECT count(*) FROM refund_lines WHERE refund_id = refunds.id)
  FROM refunds;

INTO refund_lines
SELECT l.refund_id, l.line_id, l.amount, l.fee, r.payment_id, r.status
  FROM refund_lines l
  JOIN refunds r ON r.id = l.refund_id;

INTO payouts
SELECT id, seller_id, currency, amount, status, rejection, expected_version,
       (extract(epoch FROM created_at) * 1000)::bigint, (extract(epoch FROM decided_at) * 1000)::bigint
  FROM payouts;

INTO history
SELECT resource_id, version, kind,
       lag(to_status, 1, 'BEGIN') OVER steps, coalesce(from_status, 'BEGIN'), to_status, lead(to_status) OVER steps IS NULL,
       cause
  FROM history
WINDOW steps AS (PARTITION BY resource_id ORDER BY version);

INTO settlements
SELECT 'PAYMENT', p.id, count(*) OVER (PARTITION BY p.id), l.line_id, p.order_id, l.seller_id, l.seller_id || ':' || p.currency,
       p.psp, l.amount, l.fee, p.status, (extract(epoch FROM p.approved_at) * 1000)::bigint,
       'charged-line', p.psp, p.payment_key, l.line_id
  FROM payments p
  JOIN payment_lines l ON l.payment_id = p.id
 WHERE p.status IN ('APPROVED', 'COMPLETED')
UNION ALL
SELECT 'REFUND', r.id, count(*) OVER (PARTITION BY r.id), l.line_id, p.order_id, l.seller_id, l.seller_id || ':' || p.currency,
       p.psp, rl.amount, rl.fee, r.status, (extract(epoch FROM r.approved_at) * 1000)::bigint,
       CASE WHEN EXISTS (SELECT FROM resolutions WHERE resource_id = r.id)
                 -- The resolution itself was lost in a restore.
                 OR EXISTS (SELECT FROM history WHERE resource_id = r.id AND cause = 'restored')
                    AND NOT EXISTS (SELECT FROM psp_cancels WHERE refund_id = r.id)
            THEN NULL ELSE 'canceled-line' END, p.psp,
       (SELECT transaction_key FROM psp_cancels WHERE refund_id = r.id LIMIT 1), l.line_id
  FROM refunds r
  JOIN refund_lines rl ON rl.refund_id = r.id
  JOIN payments p ON p.id = r.payment_id
  JOIN payment_lines l ON l.payment_id = r.payment_id AND l.line_id = rl.line_id
 WHERE r.status IN ('APPROVED', 'COMPLETED')
UNION ALL
SELECT 'PAYOUT', id, 1, id::text, '', seller_id, seller_id || ':' || currency,
       '', amount, 0, status, (extract(epoch FROM created_at) * 1000)::bigint,
       CASE WHEN idempotency_key IS NOT NULL THEN 'payout-settlement' END, client_id, idempotency_key, NULL
  FROM payouts;
