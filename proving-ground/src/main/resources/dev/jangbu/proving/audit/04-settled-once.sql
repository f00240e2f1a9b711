-- Each approved line, refunded line and booked payout has exactly one journal with its lines; each journal has an outbox row
--
-- A row is a payment, refund or payout whose journals are not the expected ones, or a journal without its outbox row
-- or its entry.

-- The expected journals. The PSP owes what the buyer paid; the seller gets it without the fee. A refund is the
-- reverse. Lines of zero do not exist.
CREATE OR REPLACE TEMP VIEW due AS
SELECT reference_id AS subject,
       CASE kind
           WHEN 'PAYMENT' THEN concat_ws(' ', 'PAYMENT of', parts, wallet_id,
               CASE WHEN fee > 0 THEN 'platform:fees CREDIT ' || fee END,
               'psp:' || psp || ':receivable DEBIT ' || amount,
               CASE WHEN amount > fee THEN 'seller:' || seller_id || ':payable CREDIT ' || (amount - fee) END)
           WHEN 'REFUND' THEN concat_ws(' ', 'REFUND of', parts, wallet_id,
               CASE WHEN fee > 0 THEN 'platform:fees DEBIT ' || fee END,
               'psp:' || psp || ':receivable CREDIT ' || amount,
               CASE WHEN amount > fee THEN 'seller:' || seller_id || ':payable DEBIT ' || (amount - fee) END)
           ELSE concat_ws(' ', 'PAYOUT of', parts, wallet_id,
               'platform:payouts CREDIT ' || amount, 'seller:' || seller_id || ':payable DEBIT ' || amount)
       END AS text
  FROM settlements
 WHERE kind <> 'PAYOUT' OR status IN ('REQUESTED', 'BOOKED');

CREATE OR REPLACE TEMP VIEW booked AS
SELECT reference_id AS subject, concat_ws(' ', kind, 'of', reference_parts, wallet_id, by_account) AS text
  FROM journals;

SELECT concat(subject, ': approved are ', first_texts, ', booked are ', second_texts) AS violation, total
  FROM differences('due', 'booked',
           awaited := awaited(['CONNECTOR', 'WALLET_PROCESSOR', 'LEDGER', 'PAYMENT_API']));

SELECT concat('journal ', settlement_id, ' of [', wallet_id, '] has no outbox row') AS violation
  FROM journals
  ANTI JOIN outbox ON outbox.id = journals.settlement_id
 WHERE NOT may_be_deleted(occurred_at_ms, 7)
 ORDER BY settlement_id;

SELECT concat('journal ', j.settlement_id, ' is of wallet [', j.wallet_id, '] and its outbox row of [', o.wallet_id, ']')
           AS violation
  FROM journals j
  JOIN outbox o ON o.id = j.settlement_id
 WHERE o.wallet_id <> j.wallet_id
 ORDER BY j.settlement_id;

-- A settlement has one entry, however often its request is repeated.
CREATE OR REPLACE TEMP VIEW changes AS
SELECT settlement_id AS subject, wallet_id AS text FROM entries WHERE NOT is_misplaced;

SELECT concat('settlement ', subject, ' changed its wallet ', times, ' times: ', texts) AS violation, total
  FROM repeated('changes');

SELECT concat('settlement ', subject, ' changed [', text, '] and has no journal') AS violation
  FROM changes
  ANTI JOIN journals ON journals.settlement_id = subject
 WHERE NOT awaited(['LEDGER'])
 ORDER BY subject;

SELECT concat('journal ', settlement_id, ' of [', wallet_id, '] has no entry in Kafka') AS violation
  FROM journals
  ANTI JOIN changes ON subject = journals.settlement_id
 ORDER BY settlement_id;
