-- Queues a payment, whose row is locked: READY to ACCEPTED, if the queue has room.
UPDATE payments
   SET status = 'ACCEPTED', version = version + 1, cause = 'confirm',
       payment_key = :paymentKey, traceparent = :traceparent, accepted_at = clock_timestamp(),
       expires_at = clock_timestamp() + :expiryMs * interval '1 millisecond'
 WHERE id = :id AND status = 'READY' AND version = :version
   AND :queueLimit > (SELECT count(*)
                        FROM (SELECT FROM payments WHERE status = 'ACCEPTED' LIMIT :queueLimit) AS queued)
