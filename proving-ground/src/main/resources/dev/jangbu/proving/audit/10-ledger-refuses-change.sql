-- No application role can change the ledger or add an unbalanced journal: each attempt is refused
--
-- Each role tries each statement on the ledger (PostgreSQL) in a transaction that is rolled back, with a real journal
-- for :journal and a new id for :new.

UPDATE journals SET balance_after = balance_after + 1 WHERE settlement_id = ':journal';

UPDATE lines SET amount = amount + 1 WHERE settlement_id = ':journal';

DELETE FROM lines WHERE settlement_id = ':journal';

DELETE FROM journals WHERE settlement_id = ':journal';

TRUNCATE journals, lines;

ALTER TABLE journals DISABLE TRIGGER ALL;

SET LOCAL session_replication_role = replica;

-- A line more for a posted journal.
INSERT INTO lines
SELECT (jsonb_populate_record(l, '{"line_no": 99, "line_count": 99}')).*
  FROM lines l
 WHERE settlement_id = ':journal'
 LIMIT 1;

-- It would be the next journal of its book and its wallet, but it does not balance.
INSERT INTO lines
SELECT (jsonb_populate_record(l, jsonb_build_object(
           'settlement_id', ':new', 'amount', l.amount + CASE line_no WHEN 1 THEN 1 ELSE 0 END))).*
  FROM lines l
 WHERE settlement_id = ':journal';
INSERT INTO journals
SELECT (jsonb_populate_record(j, jsonb_build_object(
           'settlement_id', ':new', 'reference_id', ':new',
           'no', (SELECT max(no) + 1 FROM journals n WHERE n.book = j.book),
           'wallet_version', (SELECT max(wallet_version) + 1 FROM journals w WHERE w.wallet_id = j.wallet_id)))).*
  FROM journals j
 WHERE settlement_id = ':journal';
