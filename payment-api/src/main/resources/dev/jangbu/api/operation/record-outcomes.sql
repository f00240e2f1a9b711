-- Records outcomes of attempts at the PSP. A payment or refund changes only if it still has the expected attempt,
-- status and version, compared under its row lock. Of the others only the attempt ends. Locked rows are skipped.
WITH requested AS (
    SELECT *
      FROM json_to_recordset(CAST(:transitions AS json)) AS transition (
           kind text, id uuid, attempt integer, from_status text, from_version bigint, status text, detail text,
           cause text, at timestamptz, backoff_ms bigint, traceparent text, requests json, lines json, call text,
           answer json)),
payment AS (
    SELECT requested.*
      FROM requested
     CROSS JOIN LATERAL (
           SELECT
             FROM payments
            WHERE id = requested.id AND attempts = requested.attempt
                  AND status = requested.from_status AND version = requested.from_version
              FOR NO KEY UPDATE SKIP LOCKED) AS locked
     WHERE requested.kind = 'PAYMENT'),
refund AS (
    SELECT requested.*, locked.payment_id
      FROM requested
     CROSS JOIN LATERAL (
           SELECT payment_id
             FROM refunds
            WHERE id = requested.id AND attempts = requested.attempt
                  AND status = requested.from_status AND version = requested.from_version
              FOR NO KEY UPDATE SKIP LOCKED) AS locked
     WHERE requested.kind = 'REFUND'),
payments_updated AS (
    UPDATE payments p
       SET status = payment.status, cause = payment.cause,
           version = p.version + CASE payment.status WHEN p.status THEN 0 ELSE 1 END,
           decline_code = CASE payment.status WHEN 'DECLINED' THEN payment.detail ELSE p.decline_code END,
           review_reason = CASE payment.status WHEN 'REVIEW' THEN payment.detail ELSE p.review_reason END,
           unknown_since = CASE payment.status WHEN 'UNKNOWN' THEN coalesce(p.unknown_since, payment.at)
                                               WHEN 'REVIEW' THEN p.unknown_since END,
           approved_at = CASE payment.status WHEN 'APPROVED' THEN payment.at END, lease_until = NULL,
           next_attempt_at = clock_timestamp() + payment.backoff_ms * interval '1 millisecond'
      FROM payment
     WHERE p.id = payment.id
    RETURNING p.id),
refunds_updated AS (
    UPDATE refunds r
       SET status = refund.status, cause = refund.cause,
           version = r.version + CASE refund.status WHEN r.status THEN 0 ELSE 1 END,
           failure_code = CASE refund.status WHEN 'FAILED' THEN refund.detail ELSE r.failure_code END,
           review_reason = CASE refund.status WHEN 'REVIEW' THEN refund.detail ELSE r.review_reason END,
           approved_at = CASE refund.status WHEN 'APPROVED' THEN refund.at END, lease_until = NULL,
           next_attempt_at = clock_timestamp() + refund.backoff_ms * interval '1 millisecond'
      FROM refund
     WHERE r.id = refund.id
    RETURNING r.id),
recorded AS (
    SELECT requested.*
      FROM requested
      JOIN (SELECT id FROM payments_updated UNION ALL SELECT id FROM refunds_updated) AS updated USING (id)),
attempts_ended AS (
    UPDATE psp_attempts attempt
       SET outcome = requested.status, detail = requested.detail, ended_at = clock_timestamp()
      FROM requested
     WHERE attempt.resource_id = requested.id
           AND attempt.operation = CASE requested.kind WHEN 'PAYMENT' THEN 'confirm' ELSE 'refund' END
           AND attempt.attempt = requested.attempt AND attempt.ended_at IS NULL),
-- An approved refund turns its reserved amounts into refunded ones; a failed one releases them.
refunded_line AS (
    SELECT refund.id, refund.payment_id, refund.status, line.line_id, line.amount, line.fee
      FROM refund
     CROSS JOIN LATERAL json_to_recordset(refund.lines) AS line (line_id text, amount bigint, fee bigint)
     WHERE refund.status IN ('APPROVED', 'FAILED')),
payment_lines_updated AS (
    UPDATE payment_lines l
       SET reserved_amount = l.reserved_amount - line.amount,
           refunded_amount = l.refunded_amount + CASE line.status WHEN 'APPROVED' THEN line.amount ELSE 0 END,
           refunded_fee = l.refunded_fee + CASE line.status WHEN 'APPROVED' THEN line.fee ELSE 0 END
      FROM refunded_line line
     WHERE l.payment_id = line.payment_id AND l.line_id = line.line_id),
refund_lines_updated AS (
    UPDATE refund_lines l
       SET fee = line.fee
      FROM refunded_line line
     WHERE l.refund_id = line.id AND l.line_id = line.line_id AND line.status = 'APPROVED'),
refunded_payments_updated AS (
    UPDATE payments p
       SET version = p.version + 1
      FROM refund
     WHERE p.id = refund.payment_id AND refund.status = 'APPROVED'),
cancels_inserted AS (
    INSERT INTO psp_cancels (payment_id, transaction_key, refund_id)
    SELECT payment_id, detail, id FROM refund WHERE status = 'APPROVED' AND detail <> ''
    ON CONFLICT (payment_id, transaction_key) DO NOTHING),
-- A restored database may have the row of a part that Kafka knows.
outbox_inserted AS (
    INSERT INTO outbox (id, aggregateid, payload, ce_time, traceparent)
    SELECT request.id, request.wallet_id, decode(request.payload, 'base64'), recorded.at, recorded.traceparent
      FROM recorded
     CROSS JOIN LATERAL json_to_recordset(recorded.requests) AS request (id uuid, wallet_id text, payload text)
    ON CONFLICT (id) DO NOTHING),
-- The response of every key that waits for the outcome. A 202 is not stored: it ends the lease of the keys, so that a
-- repeated call can continue.
responses_stored AS (
    UPDATE idempotency_keys key
       SET status = CASE answer.status WHEN 202 THEN 'RUNNING' ELSE 'DONE' END, lease_until = NULL,
           answer_status = nullif(answer.status, 202),
           answer_location = CASE answer.status WHEN 202 THEN NULL ELSE answer.location END,
           answer_body = CASE answer.status WHEN 202 THEN NULL ELSE answer.body END
      FROM recorded
     CROSS JOIN LATERAL json_to_record(recorded.answer) AS answer (status integer, location text, body text)
     WHERE key.resource_id = recorded.id AND key.operation = recorded.call AND key.status = 'RUNNING')
SELECT id FROM recorded
