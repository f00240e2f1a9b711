-- ACCEPTED to EXECUTING for the oldest queued payments, each with a lease and its first attempt.
WITH queued AS (
    SELECT id
      FROM payments
     WHERE status = 'ACCEPTED' AND expires_at > clock_timestamp()
     ORDER BY accepted_at
     LIMIT :limit
       FOR NO KEY UPDATE SKIP LOCKED),
started AS (
    UPDATE payments p
       SET status = 'EXECUTING', version = p.version + 1, cause = 'queue',
           attempts = p.attempts + 1, first_attempt_at = clock_timestamp(),
           lease_until = clock_timestamp() + :leaseMs * interval '1 millisecond'
      FROM queued
     WHERE p.id = queued.id
    RETURNING p.id, p.attempts),
attempt_inserted AS (
    INSERT INTO psp_attempts (resource_id, attempt, operation, cause)
    SELECT id, attempts, 'confirm', 'queue' FROM started)
SELECT id, attempts FROM started
