-- The outbox has one row with the same content for each approved line, refunded line and payout, and no other row
--
-- A row is an outbox row that cannot be read or is mislabeled, a payment, refund or payout whose outbox rows differ, or a
-- movement of money whose outbox row does not have the id of its name.

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

-- A movement that is recorded again must have the same id.
SELECT concat('the ', lower(kind), ' ', reference_id, ', line ', line_id, ', has no outbox row with the id of its name, ',
              id_of(name, name_a, name_b, name_c)) AS violation
  FROM settlements
  ANTI JOIN outbox ON outbox.id = id_of(name, name_a, name_b, name_c)
 WHERE name IS NOT NULL AND NOT may_be_deleted(at_ms, 7)
 ORDER BY reference_id, line_id;
