-- Inserts a refund in EXECUTING, version 1, with its lines, a lease and the first attempt.
WITH refund AS (
    INSERT INTO refunds (id, client_id, payment_id, operation, status, amount, reason, idempotency_key, fingerprint,
                         cause, version, attempts, lease_until, traceparent, created_at)
    VALUES (:id, :clientId, :paymentId, :operation, 'EXECUTING', :amount, :reason, :key, :fingerprint,
            :operation, 1, 1, clock_timestamp() + :leaseMs * interval '1 millisecond', :traceparent, :createdAt)
    RETURNING id, cause),
attempt_inserted AS (
    INSERT INTO psp_attempts (resource_id, attempt, operation, cause)
    SELECT id, 1, 'refund', cause FROM refund)
INSERT INTO refund_lines (refund_id, line_no, line_id, amount)
SELECT refund.id, line.no, line.id, line.amount
  FROM refund, unnest(:lineIds, :amounts) WITH ORDINALITY AS line (id, amount, no)
