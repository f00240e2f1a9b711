-- How the tables are copied from the ledger's database. INTO names the table; its columns are in the same order.

INTO journals
SELECT j.settlement_id, j.book, j.no, j.kind, j.reference_id, j.reference_parts, j.currency, j.wallet_id,
       j.wallet_version, j.balance_after, (extract(epoch FROM j.occurred_at) * 1000)::bigint,
       (extract(epoch FROM j.recorded_at) * 1000)::bigint, encode(j.hash, 'hex'), l.moved, l.line_list, l.by_account
  FROM journals j
  LEFT JOIN LATERAL (
       SELECT coalesce(sum(CASE side WHEN 'CREDIT' THEN amount ELSE -amount END)
                  FILTER (WHERE account = 'seller:' || split_part(j.wallet_id, ':', 1) || ':payable'), 0) AS moved,
              string_agg(concat_ws(' ', account, side, currency, amount), ' ' ORDER BY line_no) AS line_list,
              string_agg(concat_ws(' ', account, side, amount), ' ' ORDER BY account COLLATE "C") AS by_account
         FROM lines
        WHERE settlement_id = j.settlement_id) l ON true;

INTO lines
SELECT settlement_id, line_no, account, side, amount, currency, book, no, (extract(epoch FROM recorded_at) * 1000)::bigint
  FROM lines;

INTO balances
SELECT book, account, currency, debits, credits
  FROM balances;

INTO line_sums
SELECT book, account, currency, coalesce(sum(amount) FILTER (WHERE side = 'DEBIT'), 0),
       coalesce(sum(amount) FILTER (WHERE side = 'CREDIT'), 0)
  FROM lines
 GROUP BY book, account, currency;

INTO accounts
SELECT split_part(account, ':', 2) || ':' || currency, sum(credits) - sum(debits)
  FROM balances
 WHERE account LIKE 'seller:%:payable'
 GROUP BY account, currency;

INTO books
SELECT book, last_no, encode(head_hash, 'hex')
  FROM books;

INTO wrong_hashes
SELECT book, no
  FROM journal_hashes
 WHERE stored <> computed;

INTO positions
SELECT reference_id, string_agg(book || ':' || no, ',' ORDER BY book)
  FROM (SELECT reference_id, book, max(no) AS no FROM journals GROUP BY reference_id, book) AS lasts
 GROUP BY reference_id;
