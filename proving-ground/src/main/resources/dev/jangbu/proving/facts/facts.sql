-- The tables and macros that the invariants use (DuckDB). Each table is one fact a row, copied from one source.
-- Amounts are minor units of the currency. Times are milliseconds since 1970 (columns that end in _ms).

-- The payments database. parts: the number of lines.
CREATE TABLE payments (
    id UUID, order_id VARCHAR, status VARCHAR, currency VARCHAR, amount BIGINT, psp VARCHAR, payment_key VARCHAR,
    approved_at_ms BIGINT, completed_at_ms BIGINT, parts BIGINT);
CREATE TABLE payment_lines (
    payment_id UUID, line_id VARCHAR, seller_id VARCHAR, amount BIGINT, fee BIGINT,
    refunded_amount BIGINT, reserved_amount BIGINT, refunded_fee BIGINT);
CREATE TABLE refunds (
    id UUID, payment_id UUID, status VARCHAR, amount BIGINT, approved_at_ms BIGINT, completed_at_ms BIGINT, parts BIGINT);
-- payment_id, status: of the refund.
CREATE TABLE refund_lines (
    refund_id UUID, line_id VARCHAR, amount BIGINT, fee BIGINT, payment_id UUID, status VARCHAR);
CREATE TABLE payouts (
    id UUID, seller_id VARCHAR, currency VARCHAR, amount BIGINT, status VARCHAR, rejection VARCHAR,
    expected_version BIGINT, created_at_ms BIGINT, decided_at_ms BIGINT);
-- Changes of status. previous_status: the to_status of the row before; BEGIN stands before the first status.
CREATE TABLE history (
    resource_id UUID, version BIGINT, kind VARCHAR, previous_status VARCHAR, from_status VARCHAR, to_status VARCHAR,
    is_last BOOLEAN, cause VARCHAR);
-- What must be settled: each approved line of a payment or refund, and each payout. parts: of the reference.
-- name: of the movement of money at the PSP, or of the payout; NULL if a person decided about a refund, or if the payout's
-- key was lost in a restore.
CREATE TABLE settlements (
    kind VARCHAR, reference_id UUID, parts BIGINT, line_id VARCHAR, order_id VARCHAR, seller_id VARCHAR, wallet_id VARCHAR,
    psp VARCHAR, amount BIGINT, fee BIGINT, status VARCHAR, at_ms BIGINT,
    name VARCHAR, name_a VARCHAR, name_b VARCHAR, name_c VARCHAR);
-- Rows with their decoded payload. content: wallet and SHA-256 of the payload. error: why it cannot be decoded.
CREATE TABLE outbox (
    id UUID, wallet_id VARCHAR, content VARCHAR, error VARCHAR,
    settlement_id UUID, request_wallet_id VARCHAR, reference_id UUID, request VARCHAR, occurred_at_ms BIGINT);

-- The ledger's database. moved: what the lines add to the account of the wallet's seller. line_list: the lines as the
-- journal has them. by_account: sorted, without the currency.
CREATE TABLE journals (
    settlement_id UUID, book BIGINT, no BIGINT, kind VARCHAR, reference_id UUID, reference_parts BIGINT,
    currency VARCHAR, wallet_id VARCHAR, wallet_version BIGINT, balance_after BIGINT,
    occurred_at_ms BIGINT, recorded_at_ms BIGINT, hash VARCHAR, moved HUGEINT, line_list VARCHAR,
    by_account VARCHAR);
CREATE TABLE lines (
    settlement_id UUID, line_no BIGINT, account VARCHAR, side VARCHAR, amount BIGINT, currency VARCHAR,
    book BIGINT, no BIGINT, recorded_at_ms BIGINT);
CREATE TABLE balances (book BIGINT, account VARCHAR, currency VARCHAR, debits HUGEINT, credits HUGEINT);
-- The sums of the lines of each balance.
CREATE TABLE line_sums (book BIGINT, account VARCHAR, currency VARCHAR, debits HUGEINT, credits HUGEINT);
-- The sellers' accounts by their wallets, summed over the books.
CREATE TABLE accounts (wallet_id VARCHAR, balance HUGEINT);
CREATE TABLE books (book BIGINT, last_no BIGINT, head_hash VARCHAR);
-- Journals whose stored hash is not that of their bytes, according to the view journal_hashes.
CREATE TABLE wrong_hashes (book BIGINT, no BIGINT);
-- The last journal of each payment, refund or payout in each book, in the format of a completion.
CREATE TABLE positions (reference_id UUID, position VARCHAR);

-- The topics. content: key and SHA-256 of the value. origin: topic, partition and offset.
CREATE TABLE requests (settlement_id UUID, content VARCHAR, occurred_at_ms BIGINT);
-- payable: what the entry adds to its seller's account. is_misplaced: not on the partition of its wallet. book, no and
-- journal: the entry's journal, rebuilt by the audit's own rules with the hash chain; none if it is misplaced.
CREATE TABLE entries (
    settlement_id UUID, wallet_id VARCHAR, payable BIGINT, is_misplaced BOOLEAN, content VARCHAR, origin VARCHAR,
    book BIGINT, no BIGINT, journal VARCHAR);
CREATE TABLE postings (
    settlement_id UUID, book BIGINT, no BIGINT, kind VARCHAR, reference_id UUID, reference_parts BIGINT, hash VARCHAR);
CREATE TABLE completions (
    reference_id UUID, kind VARCHAR, outcome VARCHAR, rejection VARCHAR, parts BIGINT, position VARCHAR);
CREATE TABLE dead_letters (content VARCHAR);
-- Records of any topic that cannot be decoded or have ids that are none.
CREATE TABLE unreadable (topic VARCHAR, content VARCHAR, origin VARCHAR);

-- The API: the wallets of the entries. status: of the HTTP response.
CREATE TABLE wallets (wallet_id VARCHAR, status BIGINT, balance VARCHAR, version VARCHAR, body VARCHAR);
-- The PSP. It is not listed without a simulator.
CREATE TABLE psp_charges (
    payment_key VARCHAR, order_id VARCHAR, amount BIGINT, currency VARCHAR, cancelled BIGINT);
CREATE TABLE psp (is_listed BOOLEAN);

-- The audit: the database's time, and the stages that have work to do (see docs/audit.md).
CREATE TABLE clock (now_ms BIGINT);
CREATE TABLE busy_stages (stage VARCHAR);

-- Whether the data of a time may be deleted by now. The exact moment is not known: one hour of margin.
-- Outbox rows are kept for 7 days, requests for 14, completions for 30.
CREATE MACRO may_be_deleted(at_ms, days) AS
    coalesce(at_ms < (SELECT now_ms FROM clock) - days::BIGINT * 24 * 3600 * 1000 + 3600 * 1000, false);

-- The id that a name implies: a UUIDv8 of the first 128 bits of SHA-256 (RFC 9562, 5.8), over the kind and each part,
-- as the length of its UTF-8 bytes (4 bytes, big-endian) and these bytes.
CREATE MACRO canonical(text) AS
    CASE WHEN text IS NULL THEN ''::BLOB ELSE unhex(printf('%08x', octet_length(encode(text)))) || encode(text) END;
CREATE MACRO uuid_of_hash(hash) AS
    concat(left(hash, 12), '8', substr(hash, 14, 3), '89ab'[('0x' || substr(hash, 17, 1))::INTEGER % 4 + 1],
           substr(hash, 18, 15))::UUID;
CREATE MACRO id_of(name, a, b, c) AS
    uuid_of_hash(sha256(canonical(name) || canonical(a) || canonical(b) || canonical(c)));

-- Whether one of the stages still has work. Data that it would produce is not missing yet.
CREATE MACRO awaited(stages) AS EXISTS (SELECT 1 FROM busy_stages WHERE stage IN (SELECT unnest(stages)));

-- Facts as the report quotes them: nothing, [text] or 2 times [text]. facts: a list of (text, times); NULL if empty.
CREATE MACRO quoted(facts) AS
    coalesce(array_to_string(list_transform(facts, lambda fact:
                 CASE fact.times WHEN 1 THEN '' ELSE fact.times || ' times ' END || '[' || fact.text || ']'), ' '),
             'nothing');

-- The subjects about which two views (subject, text) do not state the same: the first 20, with the number of all and
-- 20 facts of each view at most. Facts that only the first view has do not count if the second is awaited.
--
-- The number of differing subjects is not bounded, so none of them is kept: they are counted, and the first are chosen,
-- in one pass.
CREATE MACRO differences(first_view, second_view, awaited := false) AS TABLE
WITH facts AS NOT MATERIALIZED (
    SELECT subject, text, 1 AS sign FROM query_table(first_view)
    UNION ALL
    SELECT subject, text, -1 FROM query_table(second_view)),
differing AS NOT MATERIALIZED (
    SELECT subject
      FROM (SELECT subject, sum(sign) AS excess FROM facts GROUP BY subject, hash(text) HAVING sum(sign) <> 0)
     GROUP BY subject
    HAVING NOT awaited OR min(excess) < 0),
found AS MATERIALIZED (SELECT count(*) AS total, min(subject, 20) AS subjects FROM differing),
stated AS (
    SELECT subject, sign, text, count(*) AS times
      FROM facts
      SEMI JOIN (SELECT unnest(subjects) AS subject FROM found) shown USING (subject)
     GROUP BY subject, sign, text)
SELECT subject,
       quoted(min({'text': text, 'times': times}, 20) FILTER (sign = 1)) AS first_texts,
       quoted(min({'text': text, 'times': times}, 20) FILTER (sign = -1)) AS second_texts,
       (SELECT total FROM found) AS total
  FROM stated
 GROUP BY subject
 ORDER BY subject;

-- The subjects about which a view (subject, text) states more than one fact: 20 of them, with the number of all and 20
-- facts at most. Grouped by a hash: DuckDB does not spill groups of long texts.
CREATE MACRO repeated(facts_view) AS TABLE
WITH found AS MATERIALIZED (
    SELECT count(*) AS total, min(key, 20) AS keys
      FROM (SELECT md5_number(subject::VARCHAR) AS key FROM query_table(facts_view) GROUP BY key HAVING count(*) > 1)),
stated AS (
    SELECT subject, text, count(*) AS n
      FROM query_table(facts_view)
      SEMI JOIN (SELECT unnest(keys) AS key FROM found) shown ON shown.key = md5_number(subject::VARCHAR)
     GROUP BY subject, text)
SELECT subject, sum(n) AS times, quoted(min({'text': text, 'times': n}, 20)) AS texts, (SELECT total FROM found) AS total
  FROM stated
 GROUP BY subject
 ORDER BY subject;

-- Records of a topic that cannot be read and are not among the dead letters.
CREATE MACRO unreadable_without_dead_letter(of_topic) AS TABLE
SELECT concat('not among the dead letters: [the unreadable record ', origin, '] (', content, ')') AS violation
  FROM unreadable
  ANTI JOIN dead_letters USING (content)
 WHERE topic = of_topic;
