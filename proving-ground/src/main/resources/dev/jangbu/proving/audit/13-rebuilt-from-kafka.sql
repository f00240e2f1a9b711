-- The ledger rebuilt from ledger.entries equals the stored ledger in every journal and hash
--
-- A row is a journal number at which the rebuilt and the stored ledger differ, or an entry that should be a dead letter.

CREATE OR REPLACE TEMP VIEW rebuilt AS
SELECT settlement_id AS subject, concat_ws(' ', 'book', book, 'journal', no, journal) AS text
  FROM entries
 WHERE NOT is_misplaced;

CREATE OR REPLACE TEMP VIEW stored AS
SELECT settlement_id AS subject,
       concat_ws(' ', 'book', book, 'journal', no, settlement_id, kind, reference_id, reference_parts, currency, wallet_id,
                 wallet_version, balance_after, occurred_at_ms, recorded_at_ms, line_list, hash) AS text
  FROM journals;

SELECT concat('entry ', settlement_id, ' is on partition ', book, ', and there is no such book') AS violation
  FROM entries
  ANTI JOIN books USING (book)
 WHERE NOT is_misplaced
 ORDER BY book, no;

SELECT concat('settlement ', subject, ': ',
              CASE first_texts WHEN 'nothing' THEN 'stored ' || second_texts || ', no entry in Kafka'
                               ELSE 'rebuilt ' || first_texts || ', stored ' || second_texts END) AS violation, total
  FROM differences('rebuilt', 'stored', awaited := awaited(['LEDGER']));

SELECT concat('not among the dead letters: [misplaced: ', origin, '] (', content, ')') AS violation
  FROM entries
  ANTI JOIN dead_letters USING (content)
 WHERE is_misplaced AND NOT awaited(['LEDGER'])
 ORDER BY settlement_id;

SELECT violation FROM unreadable_without_dead_letter('ledger.entries') WHERE NOT awaited(['LEDGER']);
