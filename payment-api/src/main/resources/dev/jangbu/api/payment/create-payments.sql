-- Creates those payments whose key and id are free, with their lines, and stores the response under the key. An id is
-- taken if its key was used before and forgotten. Keys and orders are inserted in their own order, so that no two
-- statements deadlock.
WITH call AS (
    SELECT *
      FROM json_to_recordset(CAST(:creations AS json)) AS creation (
           id uuid, client_id text, key text, generation integer, fingerprint text, order_id text, currency text, amount bigint, metadata text, psp text,
           created_at timestamptz, lines json, answer json)),
acquired AS (
    INSERT INTO idempotency_keys (key, fingerprint, operation, resource_id, status,
                                  answer_status, answer_location, answer_body)
    SELECT key, decode(fingerprint, 'base64'), 'create', id, 'DONE', answer.status, answer.location, answer.body
      FROM call
     CROSS JOIN LATERAL json_to_record(call.answer) AS answer (status integer, location text, body text)
     WHERE NOT EXISTS (SELECT FROM payments WHERE payments.id = call.id)
     ORDER BY key
    ON CONFLICT (key) DO NOTHING
    RETURNING resource_id AS id),
created AS (
    INSERT INTO payments (id, client_id, creation_key, generation, order_id, status, currency, amount, metadata, psp,
                          cause, version, created_at, expires_at)
    SELECT id, client_id, key, generation, order_id, 'READY', currency, amount, metadata, psp, 'create', 1, created_at,
           clock_timestamp() + :expiryMs * interval '1 millisecond'
      FROM call
      JOIN acquired USING (id)
     ORDER BY order_id
    RETURNING id),
lines_inserted AS (
    INSERT INTO payment_lines (payment_id, line_no, line_id, seller_id, amount, fee, created_at)
    SELECT id, line.no, line.line_id, line.seller_id, line.amount, line.fee, call.created_at
      FROM call
      JOIN created USING (id)
     CROSS JOIN LATERAL ROWS FROM (
           json_to_recordset(call.lines) AS (line_id text, seller_id text, amount bigint, fee bigint))
           WITH ORDINALITY AS line (line_id, seller_id, amount, fee, no))
SELECT id FROM created
