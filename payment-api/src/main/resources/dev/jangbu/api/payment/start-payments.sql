-- Starts those payments that are READY and unlocked, have the given amount, and whose key is free: the key, READY to
-- EXECUTING with a lease, the first attempt. Rows are locked before keys are taken, as everywhere. A locked row is
-- skipped, so that the batch does not wait for another transaction.
WITH requested AS (
    SELECT *
      FROM json_to_recordset(CAST(:confirmations AS json)) AS confirmation (
           id uuid, amount bigint, key text, fingerprint text, payment_key text, traceparent text)),
call AS (
    SELECT requested.*
      FROM requested
     CROSS JOIN LATERAL (
           SELECT
             FROM payments
            WHERE id = requested.id AND status = 'READY' AND amount = requested.amount
              AND expires_at > clock_timestamp()
              FOR NO KEY UPDATE SKIP LOCKED) AS locked),
acquired AS (
    INSERT INTO idempotency_keys (key, fingerprint, operation, resource_id, status, lease_until)
    SELECT key, decode(fingerprint, 'base64'), 'confirm', id, 'RUNNING',
           clock_timestamp() + :leaseMs * interval '1 millisecond'
      FROM call
     ORDER BY key
    ON CONFLICT (key) DO NOTHING
    RETURNING resource_id AS id),
started AS (
    UPDATE payments p
       SET status = 'EXECUTING', version = p.version + 1, cause = 'confirm',
           payment_key = call.payment_key, traceparent = call.traceparent,
           attempts = p.attempts + 1, first_attempt_at = clock_timestamp(),
           lease_until = clock_timestamp() + :leaseMs * interval '1 millisecond'
      FROM call
      JOIN acquired USING (id)
     WHERE p.id = call.id AND p.status = 'READY'
    RETURNING p.*),
attempts_inserted AS (
    INSERT INTO psp_attempts (resource_id, attempt, operation, cause)
    SELECT id, attempts, 'confirm', 'confirm' FROM started)
-- As the view payment_details, which does not see the rows of this statement.
SELECT started.*, true AS lease_live, true AS inquiry_due, false AS expired,
       (SELECT l.lines FROM payment_line_lists l WHERE l.payment_id = started.id) AS lines,
       NULL::text AS foreign_cancels
  FROM started
