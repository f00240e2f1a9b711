-- Starts the charge of a payment, whose row is locked: READY to EXECUTING with a lease, the first attempt.
WITH started AS (
    UPDATE payments
       SET status = 'EXECUTING', version = version + 1, cause = 'confirm',
           payment_key = :paymentKey, traceparent = :traceparent,
           attempts = attempts + 1, first_attempt_at = clock_timestamp(),
           lease_until = clock_timestamp() + :leaseMs * interval '1 millisecond'
     WHERE id = :id AND status = 'READY' AND version = :version
    RETURNING id, attempts)
INSERT INTO psp_attempts (resource_id, attempt, operation, cause)
SELECT id, attempts, 'confirm', 'confirm' FROM started
