-- Wallet versions and journal numbers have no gap; balances, hashes and postings follow from the previous ones
--
-- A row is a journal that does not follow the previous one of its wallet or book, or differs from its posting.

SELECT concat(wallet_id, ' version ', wallet_version, ' (balance ', balance_after, ') follows version ',
              previous_version, ' (balance ', previous_balance, '), moved by ', moved) AS violation
  FROM (SELECT wallet_id, wallet_version, balance_after, moved,
               lag(wallet_version, 1, 0) OVER wallet AS previous_version,
               lag(balance_after, 1, 0) OVER wallet AS previous_balance
          FROM journals
        WINDOW wallet AS (PARTITION BY wallet_id ORDER BY wallet_version))
 WHERE wallet_version <> previous_version + 1 OR balance_after <> previous_balance + moved
 ORDER BY wallet_id, wallet_version;

SELECT concat('book ', book, ': journal ', no, ' follows ', previous) AS violation
  FROM (SELECT book, no, lag(no, 1, 0) OVER (PARTITION BY book ORDER BY no) AS previous FROM journals)
 WHERE no <> previous + 1
 ORDER BY book, no;

SELECT concat('book ', book, ': the hash of journal ', no, ' is not that of its bytes') AS violation
  FROM wrong_hashes
 ORDER BY book, no;

-- The hash before the first journal is 32 bytes of zero.
SELECT concat('book ', b.book, ' has the head ', b.last_no, ' (', b.head_hash, '), and its last journal is ',
              coalesce(j.no, 0), ' (', j.hash, ')') AS violation
  FROM books b
  LEFT JOIN (SELECT book, max(no) AS no, arg_max(hash, no) AS hash FROM journals GROUP BY book) j ON j.book = b.book
 WHERE b.last_no <> coalesce(j.no, 0) OR b.head_hash <> coalesce(j.hash, repeat('00', 32))
 ORDER BY b.book;

SELECT concat('line ', l.line_no, ' of ', l.settlement_id, ' is at ', l.book, '/', l.no, ' (', l.recorded_at_ms,
              ') and its journal at ', j.book, '/', j.no, ' (', j.recorded_at_ms, ')') AS violation
  FROM lines l
  JOIN journals j ON j.settlement_id = l.settlement_id
 WHERE l.book <> j.book OR l.no <> j.no OR l.recorded_at_ms <> j.recorded_at_ms
 ORDER BY l.settlement_id, l.line_no;

CREATE OR REPLACE TEMP VIEW booked AS
SELECT settlement_id AS subject, concat_ws(' ', book || '/' || no, kind, reference_id, reference_parts, hash) AS text
  FROM journals;

CREATE OR REPLACE TEMP VIEW posted AS
SELECT settlement_id AS subject, concat_ws(' ', book || '/' || no, kind, reference_id, reference_parts, hash) AS text
  FROM postings;

SELECT concat('settlement ', subject, ': the ledger has ', first_texts, ', its postings have ', second_texts)
           AS violation, total
  FROM differences('booked', 'posted', awaited := awaited(['LEDGER']));

SELECT violation
  FROM unreadable_without_dead_letter('ledger.postings')
 WHERE NOT awaited(['COMPLETION_PROCESSOR']);
