-- The ledger rebuilt from ledger.entries equals the stored ledger in every journal and hash
--
-- A row is a journal number at which the rebuilt and the stored ledger differ, or an entry that should be a dead letter.

CREATE OR REPLACE TEMP VIEW rebuilt AS
SELECT book, no, journal FROM entries WHERE NOT is_misplaced;

CREATE OR REPLACE TEMP VIEW stored AS
SELECT book, no,
       concat_ws(' ', settlement_id, kind, reference_id, reference_parts, currency, wallet_id, wallet_version,
                 balance_after, occurred_at_ms, recorded_at_ms, line_list, hash) AS journal
  FROM journals;

SELECT concat('entry ', settlement_id, ' is on partition ', book, ', and there is no such book') AS violation
  FROM entries
  ANTI JOIN books USING (book)
 WHERE NOT is_misplaced
 ORDER BY book, no;

SELECT CASE WHEN s.no IS NULL THEN concat('book ', r.book, ': rebuilt ', r.no, ' [', r.journal, '], stored nothing')
            WHEN r.no IS NULL THEN concat('book ', s.book, ': stored ', s.no, ' [', s.journal, '], no entry in Kafka')
            ELSE concat('book ', r.book, ': rebuilt ', r.no, ' [', r.journal, '], stored [', s.journal, ']')
       END AS violation
  FROM rebuilt r
  FULL JOIN stored s USING (book, no)
 WHERE r.journal IS DISTINCT FROM s.journal
   AND NOT (s.no IS NULL AND awaited(['LEDGER']))
 ORDER BY book, no;

SELECT DISTINCT concat('not among the dead letters: [misplaced: ', origin, '] (', content, ')') AS violation
  FROM entries
  ANTI JOIN dead_letters USING (content)
 WHERE is_misplaced AND NOT awaited(['LEDGER']);

SELECT violation FROM unreadable_without_dead_letter('ledger.entries') WHERE NOT awaited(['LEDGER']);
