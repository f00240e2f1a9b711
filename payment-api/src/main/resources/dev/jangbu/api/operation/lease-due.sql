-- Leases open payments and refunds: the outcome is missing, no lease is live and the delay after the last attempt is
-- over. Each lease is a new attempt. Locked rows are skipped.
WITH due_payment AS (
    SELECT id
      FROM payments
     WHERE status IN ('EXECUTING', 'UNKNOWN')
       AND (lease_until IS NULL OR lease_until <= clock_timestamp())
       AND (next_attempt_at IS NULL OR next_attempt_at <= clock_timestamp())
       AND id = :paymentId -- if :paymentId
     ORDER BY next_attempt_at NULLS FIRST
     LIMIT :payments
       FOR NO KEY UPDATE SKIP LOCKED),
due_refund AS (
    SELECT id
      FROM refunds
     WHERE status IN ('EXECUTING', 'UNKNOWN')
       AND (lease_until IS NULL OR lease_until <= clock_timestamp())
       AND (next_attempt_at IS NULL OR next_attempt_at <= clock_timestamp())
       AND payment_id = :paymentId -- if :paymentId
     ORDER BY next_attempt_at NULLS FIRST
     LIMIT :refunds
       FOR NO KEY UPDATE SKIP LOCKED),
leased_payment AS (
    UPDATE payments p
       SET attempts = p.attempts + 1, lease_until = clock_timestamp() + :leaseMs * interval '1 millisecond'
      FROM due_payment due
     WHERE p.id = due.id
    RETURNING p.id, p.attempts),
leased_refund AS (
    UPDATE refunds r
       SET attempts = r.attempts + 1, lease_until = clock_timestamp() + :leaseMs * interval '1 millisecond'
      FROM due_refund due
     WHERE r.id = due.id
    RETURNING r.id, r.attempts),
leased AS (
    SELECT 'PAYMENT' AS kind, 'confirm' AS operation, id, attempts FROM leased_payment
    UNION ALL
    SELECT 'REFUND', 'refund', id, attempts FROM leased_refund),
attempts_inserted AS (
    INSERT INTO psp_attempts (resource_id, attempt, operation, cause)
    SELECT id, attempts, operation, :cause FROM leased)
SELECT kind, id, attempts FROM leased
