-- The outbox has one row with the same content for each approved line, refunded line and payout, and no other row
--
-- A row is an outbox row that cannot be read or is mislabeled, or a payment, refund or payout whose outbox rows differ.

SELECT concat('the outbox row ', id, ' cannot be read: ', error) AS violation
  FROM outbox
 WHERE error IS NOT NULL
 ORDER BY id;

SELECT concat('the outbox row ', id, ' for ', wallet_id, ' holds the request ', settlement_id, ' for ', request_wallet_id,
              ' of ', reference_id, ': ', request) AS violation
  FROM outbox
 WHERE error IS NULL AND (settlement_id, request_wallet_id) IS DISTINCT FROM (id, wallet_id)
 ORDER BY id;

-- Rows of old approvals may be deleted.
CREATE OR REPLACE TEMP VIEW approvals AS
SELECT reference_id AS subject,
       concat_ws(' ', kind, parts, line_id, order_id, wallet_id, amount, fee, psp) AS text
  FROM settlements
 WHERE NOT may_be_deleted(at_ms, 7);

CREATE OR REPLACE TEMP VIEW requested AS
SELECT reference_id AS subject, request AS text
  FROM outbox
  ANTI JOIN (SELECT reference_id FROM settlements WHERE may_be_deleted(at_ms, 7)) old USING (reference_id)
 WHERE error IS NULL;

SELECT concat(subject, ': approved are ', first_texts, ', the outbox has ', second_texts) AS violation, total
  FROM differences('approvals', 'requested');
