-- How the tables are copied from the payments database. INTO names the table; its columns are in the same order.

INTO payments
SELECT id, order_id, status, currency, amount, psp, payment_key,
       (extract(epoch FROM approved_at) * 1000)::bigint, (extract(epoch FROM completed_at) * 1000)::bigint
  FROM payments;

INTO payment_lines
SELECT payment_id, line_id, seller_id, amount, fee, refunded_amount, reserved_amount, refunded_fee
  FROM payment_lines;

INTO refunds
SELECT id, payment_id, status, amount,
       (extract(epoch FROM approved_at) * 1000)::bigint, (extract(epoch FROM completed_at) * 1000)::bigint
  FROM refunds;

INTO refund_lines
SELECT refund_id, line_id, amount, fee
  FROM refund_lines;

INTO payouts
SELECT id, seller_id, currency, amount, status, rejection, expected_version,
       (extract(epoch FROM created_at) * 1000)::bigint, (extract(epoch FROM decided_at) * 1000)::bigint
  FROM payouts;

INTO history
SELECT resource_id, version, kind,
       lag(to_status, 1, 'BEGIN') OVER steps, coalesce(from_status, 'BEGIN'), to_status, lead(to_status) OVER steps IS NULL
  FROM history
WINDOW steps AS (PARTITION BY resource_id ORDER BY version);
