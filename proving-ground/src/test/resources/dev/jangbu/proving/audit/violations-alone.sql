-- Facts that break every statement of the invariants, getvariable('n') times each (DuckDB). An id names its family.
CREATE MACRO id(family, n) AS
    (lpad(family::VARCHAR, 8, '0') || '-0000-7000-8000-' || lpad(n::VARCHAR, 12, '0'))::UUID;

CREATE VIEW numbers AS SELECT range AS n FROM range(getvariable('n'));

-- Nothing may be deleted yet.
INSERT INTO clock VALUES (0);

INSERT INTO psp VALUES (true);

-- 1, 2: one charge for two payments. 3: declined and charged. 4: other terms and cancellations at the PSP.
INSERT INTO payments
SELECT id(family, n), 'order', CASE family WHEN 3 THEN 'DECLINED' ELSE 'COMPLETED' END, 'KRW', 1, 'toss',
       CASE family WHEN 3 THEN 'a-declined-payment-key-' WHEN 4 THEN 'another-payment-key-' ELSE 'a-shared-payment-key-' END
           || n, 0, 0, 1
  FROM numbers, (SELECT unnest([1, 2, 3, 4]) AS family);

INSERT INTO psp_charges
SELECT charge.key || n, 'order', charge.amount, 'KRW', charge.cancelled
  FROM numbers,
       (VALUES ('an-unknown-payment-key-', 1, 0), ('an-unknown-payment-key-', 1, 0), ('a-declined-payment-key-', 1, 0),
               ('another-payment-key-', 2, 5)) AS charge (key, amount, cancelled);

INSERT INTO payment_lines SELECT id(4, n), '1', 'seller', 10, 0, 3, 0, 0 FROM numbers;

INSERT INTO refunds SELECT id(5, n), id(4, n), 'COMPLETED', 7, 0, 0, 1 FROM numbers;

INSERT INTO refund_lines SELECT id(5, n), '2', 1, 0, id(4, n), 'COMPLETED' FROM numbers;

INSERT INTO payouts SELECT id(7, n), 'seller', 'KRW', 1, 'BOOKED', NULL, 1, 0, 0 FROM numbers;

-- 2: of two kinds. 3: ends in another status. 6: without a payment, and not from its beginning.
INSERT INTO history
SELECT id(step.family, n), step.version, step.kind, step.previous_status, step.from_status, step.to_status, step.is_last,
       'test'
  FROM numbers,
       (VALUES (2, 1, 'PAYMENT', 'BEGIN', 'BEGIN', 'READY', false), (2, 2, 'REFUND', 'READY', 'READY', 'EXECUTING', true),
               (3, 1, 'PAYMENT', 'BEGIN', 'BEGIN', 'READY', true), (6, 1, 'PAYMENT', 'BEGIN', 'READY', 'EXECUTING', true))
           AS step (family, version, kind, previous_status, from_status, to_status, is_last);

INSERT INTO settlements
SELECT 'PAYMENT', id(1, n), 1, '1', 'order', 'seller-' || n, 'seller-' || n || ':KRW', 'toss', 1, 0, 'COMPLETED', 0,
       'charged-line', 'toss', 'key-' || n, '1'
  FROM numbers;

-- 10: cannot be read. 11: holds the request of another wallet and reference.
INSERT INTO outbox
SELECT id(10, n), 'wallet', repeat('00', 32), 'poison', NULL, NULL, NULL, NULL, NULL FROM numbers
UNION ALL
SELECT id(11, n), 'wallet', repeat('11', 32), NULL, id(12, n), 'other', id(13, n), 'PAYMENT 1 1 order other:KRW 1 0 toss', 0
  FROM numbers;

-- 14: not in the outbox.
INSERT INTO requests
SELECT id(family, n), repeat('22', 32), 0 FROM numbers, (SELECT unnest([11, 14]) AS family);

-- 11: a payout that is not covered, of another wallet, out of order. 15: a journal without an outbox row.
INSERT INTO journals
SELECT id(11, n), 0, 2 * n + 2, 'PAYOUT', id(7, n), 1, 'KRW', 'uncovered-' || n || ':KRW', 5, -1, 0, 0, repeat('33', 32), 0, 'lines', 'lines'
  FROM numbers
UNION ALL
SELECT id(15, n), 1, n + 1, 'PAYMENT', id(16, n), 1, 'KRW', 'without-row-' || n || ':KRW', 1, 0, 0, 0, repeat('44', 32), 0, 'lines', 'lines'
  FROM numbers;

-- 18: lines without a journal.
INSERT INTO lines
SELECT id(family, n), 1, 'platform:account-' || n, 'DEBIT', 1, 'KRW', 9, 9, 0 FROM numbers, (SELECT unnest([11, 18]) AS family);

INSERT INTO balances SELECT 0, 'seller:seller-' || n || ':payable', 'KRW', 0, 5 FROM numbers;

INSERT INTO line_sums SELECT 9, 'seller:other-' || n || ':payable', 'KRW', 1, 0 FROM numbers;

INSERT INTO accounts SELECT 'seller-' || n || ':KRW', 5 FROM numbers;

INSERT INTO books SELECT 1000 + n, 3, repeat('55', 32) FROM numbers;

INSERT INTO wrong_hashes SELECT 0, n FROM numbers;

INSERT INTO positions SELECT id(4, n), '0:2' FROM numbers;

-- 17: twice, without a journal, in a book that does not exist. 19: misplaced.
INSERT INTO entries
SELECT id(17, n), 'kafka-only-' || n || ':KRW', 7, false, repeat('66', 32), 'ledger.entries-77@' || n, 77, n, 'journal'
  FROM numbers, range(2)
UNION ALL
SELECT id(19, n), 'misplaced-' || n || ':KRW', 7, true, repeat('77', 32), 'ledger.entries-0@' || n, 0, NULL, NULL FROM numbers;

INSERT INTO wallets
SELECT 'kafka-only-' || n || ':KRW', 200, '1', '1', '{}' FROM numbers
UNION ALL
SELECT 'unreadable-' || n || ':KRW', 404, '', '', '{}' FROM numbers;

INSERT INTO postings SELECT id(20, n), 0, n, 'PAYMENT', id(20, n), 1, repeat('88', 32) FROM numbers;

-- 21: twice, without a payment. 4: other parts and another position.
INSERT INTO completions
SELECT id(21, n), 'PAYMENT', 'COMPLETED', NULL, 1, NULL FROM numbers, range(2)
UNION ALL
SELECT id(4, n), 'PAYMENT', 'COMPLETED', NULL, 9, '0:1' FROM numbers;

INSERT INTO unreadable
SELECT topic, repeat('99', 32) || n, topic || '-0@' || n
  FROM numbers,
       (SELECT unnest(['settlement.requests', 'ledger.entries', 'ledger.postings', 'settlement.completions']) AS topic);
