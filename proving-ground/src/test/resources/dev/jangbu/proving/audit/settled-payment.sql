-- Facts that hold: a payment of 10,000 with a fee of 500 (journal 1), a refund of 4,000 (2), a payout of 1,000 (3).

INSERT INTO clock VALUES (1759300000000);
INSERT INTO psp VALUES (true);
CREATE TEMP TABLE ids AS
SELECT '01999999-0000-7000-8000-000000000001'::UUID AS payment, '01999999-0000-7000-8000-000000000002'::UUID AS refund,
       '01999999-0000-7000-8000-000000000003'::UUID AS payout;

INSERT INTO payments
SELECT payment, 'order-1', 'COMPLETED', 'KRW', 10000, 'toss', 'key-1', 1759300000000, 1759300000000, 1 FROM ids;
INSERT INTO payment_lines SELECT payment, '1', 'a', 10000, 500, 4000, 0, 200 FROM ids;
INSERT INTO refunds SELECT refund, payment, 'COMPLETED', 4000, 1759300000000, 1759300000000, 1 FROM ids;
INSERT INTO refund_lines SELECT refund, '1', 4000, 200, payment, 'COMPLETED' FROM ids;
INSERT INTO payouts SELECT payout, 'a', 'KRW', 1000, 'BOOKED', NULL, 2, 1759300000000, 1759300000000 FROM ids;
INSERT INTO settlements
SELECT 'PAYMENT', payment, 1, '1', 'order-1', 'a', 'a:KRW', 'toss', 10000, 500, 'COMPLETED', 1759300000000,
       'charged-line', 'toss', 'key-1', '1' FROM ids
UNION ALL
SELECT 'REFUND', refund, 1, '1', 'order-1', 'a', 'a:KRW', 'toss', 4000, 200, 'COMPLETED', 1759300000000,
       'canceled-line', 'toss', 'cancel-1', '1' FROM ids
UNION ALL
SELECT 'PAYOUT', payout, 1, payout::VARCHAR, '', 'a', 'a:KRW', '', 1000, 0, 'BOOKED', 1759300000000,
       'payout-settlement', 'default', 'payout-1', NULL FROM ids;
INSERT INTO psp_charges VALUES ('key-1', 'order-1', 10000, 'KRW', 4000);
INSERT INTO history
SELECT unnest([payment, payment, payment, payment, refund, refund, refund, payout, payout]),
       unnest([1, 2, 3, 4, 1, 2, 3, 1, 2]),
       unnest(['PAYMENT', 'PAYMENT', 'PAYMENT', 'PAYMENT', 'REFUND', 'REFUND', 'REFUND', 'PAYOUT', 'PAYOUT']),
       unnest(['BEGIN', 'READY', 'EXECUTING', 'APPROVED', 'BEGIN', 'EXECUTING', 'APPROVED', 'BEGIN', 'REQUESTED']),
       unnest(['BEGIN', 'READY', 'EXECUTING', 'APPROVED', 'BEGIN', 'EXECUTING', 'APPROVED', 'BEGIN', 'REQUESTED']),
       unnest(['READY', 'EXECUTING', 'APPROVED', 'COMPLETED', 'EXECUTING', 'APPROVED', 'COMPLETED', 'REQUESTED', 'BOOKED']),
       unnest([false, false, false, true, false, false, true, false, true]), 'test'
  FROM ids;

CREATE TEMP TABLE booking AS
SELECT ['d705320f-8425-88f2-aea8-d8e3d88cadb3', '2b4f3f68-7605-8bf7-bc73-c1993ca836be',
        'b82a4c39-b388-885b-a0c9-0d3fcf5e13ac'][no]::UUID AS settlement_id, reference_id, no, kind, balance, moved,
       by_account, request
  FROM ids, (VALUES
    (1, 'PAYMENT', 9500, 9500, 'platform:fees CREDIT 500 psp:toss:receivable DEBIT 10000 seller:a:payable CREDIT 9500',
        'PAYMENT 1 1 order-1 a:KRW 10000 500 toss'),
    (2, 'REFUND', 5700, -3800, 'platform:fees DEBIT 200 psp:toss:receivable CREDIT 4000 seller:a:payable DEBIT 3800',
        'REFUND 1 1 order-1 a:KRW 4000 200 toss'),
    (3, 'PAYOUT', 4700, -1000, 'platform:payouts CREDIT 1000 seller:a:payable DEBIT 1000',
        'PAYOUT 1 01999999-0000-7000-8000-000000000003  a:KRW 1000 0 '))
       AS b (no, kind, balance, moved, by_account, request),
       LATERAL (SELECT CASE no WHEN 1 THEN payment WHEN 2 THEN refund ELSE payout END AS reference_id) AS r;

INSERT INTO outbox
SELECT settlement_id, 'a:KRW', 'a:KRW ' || no, NULL, settlement_id, 'a:KRW', reference_id, request,
       1759300000000
  FROM booking;
INSERT INTO requests SELECT settlement_id, 'a:KRW ' || no, 1759300000000 FROM booking;
INSERT INTO journals
SELECT settlement_id, 0, no, kind, reference_id, 1, 'KRW', 'a:KRW', no, balance, 1759300000000, 1759300000000, '3' || no,
       moved, 'lines ' || no, by_account
  FROM booking;
INSERT INTO entries
SELECT settlement_id, wallet_id, moved, false, 'a:KRW entry ' || no, 'ledger.entries-0@' || no, 0, no,
       concat_ws(' ', settlement_id, kind, reference_id, reference_parts, currency, wallet_id, wallet_version,
                 balance_after, occurred_at_ms, recorded_at_ms, line_list, hash)
  FROM journals;
INSERT INTO lines
SELECT settlement_id, unnest(range(1, len(words) // 3 + 1)), unnest(words[1:-:3]), unnest(words[2:-:3]),
       unnest(words[3:-:3])::BIGINT, 'KRW', 0, no, 1759300000000
  FROM (SELECT *, string_split(by_account, ' ') AS words FROM booking);
INSERT INTO balances
SELECT 0, account, 'KRW', coalesce(sum(amount) FILTER (side = 'DEBIT'), 0), coalesce(sum(amount) FILTER (side = 'CREDIT'), 0)
  FROM lines
 GROUP BY account;
INSERT INTO line_sums SELECT * FROM balances;
INSERT INTO accounts VALUES ('a:KRW', 4700);
INSERT INTO books VALUES (0, 3, '33');
INSERT INTO positions SELECT reference_id, '0:' || no FROM booking;
INSERT INTO postings SELECT settlement_id, 0, no, kind, reference_id, 1, '3' || no FROM booking;
INSERT INTO completions SELECT reference_id, kind, 'COMPLETED', NULL, 1, '0:' || no FROM booking;
INSERT INTO wallets VALUES ('a:KRW', 200, '4700', '3', '{}');
