-- Unbounded sums, the journal's number and time in each line, and all checks of a journal in one pass.

-- Lines and wallets fit a bigint. Sums of the platform's accounts may not.
ALTER TABLE balances
    ALTER COLUMN debits TYPE numeric(38, 0),
    ALTER COLUMN credits TYPE numeric(38, 0);
CREATE INDEX balances_by_account ON balances (account, currency);

-- The journal's book, number and time, so that one index serves reads of an account's lines in order and sums up to a
-- time. Inserting the journal checks them.
ALTER TABLE lines
    ADD COLUMN book integer,
    ADD COLUMN no bigint,
    ADD COLUMN recorded_at timestamptz;
ALTER TABLE lines DISABLE TRIGGER lines_stay;
UPDATE lines SET book = j.book, no = j.no, recorded_at = j.recorded_at
FROM journals j WHERE j.settlement_id = lines.settlement_id;
ALTER TABLE lines ENABLE TRIGGER lines_stay;
ALTER TABLE lines
    ALTER COLUMN book SET NOT NULL,
    ALTER COLUMN no SET NOT NULL,
    ALTER COLUMN recorded_at SET NOT NULL;
DROP INDEX lines_by_account;
CREATE INDEX lines_by_account ON lines (account, currency, recorded_at, book, no, line_no) INCLUDE (side, amount);
-- Lines are inserted almost in the order of recorded_at, so a small BRIN index finds the lines since a point in time.
CREATE INDEX lines_by_time ON lines USING brin (recorded_at) WITH (pages_per_range = 32, autosummarize = on);

-- Balances only grow and are never deleted (JL008).
CREATE TRIGGER balances_only_grow BEFORE UPDATE ON balances FOR EACH ROW
    WHEN (NEW.debits < OLD.debits OR NEW.credits < OLD.credits
        OR (NEW.book, NEW.account, NEW.currency) IS DISTINCT FROM (OLD.book, OLD.account, OLD.currency))
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER balances_stay BEFORE DELETE OR TRUNCATE ON balances
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The only definition of a journal's hash in this database. The view journal_hashes describes the bytes.
CREATE FUNCTION journal_hash(previous bytea, j journals, canonical_lines bytea) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN sha256(coalesce(previous, decode(repeat('00', 32), 'hex'))
        || uuid_send(j.settlement_id) || int4send(j.book) || int8send(j.no)
        || canonical_text(j.kind) || uuid_send(j.reference_id) || int4send(j.reference_parts)
        || canonical_text(j.currency)
        || canonical_text(j.wallet_id) || int8send(j.wallet_version) || int8send(j.balance_after)
        || canonical_millis(j.occurred_at) || canonical_millis(j.recorded_at)
        || int4send(j.line_count) || coalesce(canonical_lines, ''::bytea));

CREATE FUNCTION canonical_line(l lines) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN canonical_text(l.account) || canonical_text(l.side) || canonical_text(l.currency) || int8send(l.amount);

CREATE OR REPLACE VIEW journal_hashes AS
SELECT j.settlement_id, j.book, j.no, j.hash AS stored,
       journal_hash(
           (SELECT previous.hash FROM journals previous WHERE previous.book = j.book AND previous.no = j.no - 1),
           j,
           (SELECT string_agg(canonical_line(l), ''::bytea ORDER BY l.line_no)
            FROM lines l WHERE l.settlement_id = j.settlement_id)) AS computed
FROM journals j;

-- The checks of V2 in one pass over the journals, and JL012: a line with another book, number or time than its journal.
CREATE OR REPLACE FUNCTION check_journals() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off
AS $$
DECLARE
    offending record;
BEGIN
    SELECT n.*, l.*, v.settlement_id AS predecessor, coalesce(v.balance_after, 0) + l.net AS expected,
           b.hash AS previous_hash INTO offending
    FROM new_journals n
    CROSS JOIN LATERAL (
        -- Sums of bigint are numeric and do not overflow.
        SELECT count(*) AS present,
               count(*) FILTER (WHERE currency <> n.currency) AS foreign_lines,
               count(*) FILTER (WHERE book <> n.book OR no <> n.no OR recorded_at <> n.recorded_at) AS misplaced,
               coalesce(sum(amount) FILTER (WHERE side = 'DEBIT'), 0) AS debits,
               coalesce(sum(amount) FILTER (WHERE side = 'CREDIT'), 0) AS credits,
               coalesce(sum(CASE side WHEN 'CREDIT' THEN amount ELSE -amount END)
                   FILTER (WHERE account = 'seller:' || split_part(n.wallet_id, ':', 1) || ':payable'), 0) AS net,
               string_agg(canonical_line(lines), ''::bytea ORDER BY line_no) AS canonical
        FROM lines WHERE lines.settlement_id = n.settlement_id
    ) l
    -- The predecessor is in the same book: all entries of a wallet are in one partition.
    LEFT JOIN LATERAL (
        SELECT settlement_id, balance_after FROM journals
        WHERE wallet_id = n.wallet_id AND wallet_version = n.wallet_version - 1 AND book = n.book
        LIMIT 1
    ) v ON true
    LEFT JOIN LATERAL (SELECT hash FROM journals WHERE book = n.book AND no = n.no - 1 LIMIT 1) b ON true
    WHERE l.present < 2 OR l.present <> n.line_count OR l.foreign_lines > 0 OR l.debits <> l.credits OR l.misplaced > 0
       OR (n.wallet_version > 1 AND v.settlement_id IS NULL)
       OR n.balance_after <> coalesce(v.balance_after, 0) + l.net
       OR (n.no > 1 AND b.hash IS NULL)
       OR journal_hash(b.hash, n, l.canonical) IS DISTINCT FROM n.hash
    ORDER BY n.book, n.no LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    IF offending.present < 2 OR offending.present <> offending.line_count THEN
        RAISE EXCEPTION 'settlement %: the journal has % lines, declares % and needs at least 2',
            offending.settlement_id, offending.present, offending.line_count USING ERRCODE = 'JL001';
    ELSIF offending.foreign_lines > 0 THEN
        RAISE EXCEPTION 'settlement %: % lines are not in the journal''s currency %',
            offending.settlement_id, offending.foreign_lines, offending.currency USING ERRCODE = 'JL003';
    ELSIF offending.debits <> offending.credits THEN
        RAISE EXCEPTION 'settlement %: debits of % and credits of % do not balance',
            offending.settlement_id, offending.debits, offending.credits USING ERRCODE = 'JL002';
    ELSIF offending.misplaced > 0 THEN
        RAISE EXCEPTION 'settlement %: % lines differ in book, number or time from their journal, number % of book %',
            offending.settlement_id, offending.misplaced, offending.no, offending.book USING ERRCODE = 'JL012';
    ELSIF offending.wallet_version > 1 AND offending.predecessor IS NULL THEN
        RAISE EXCEPTION 'settlement %: version % of wallet % has no predecessor in its book',
            offending.settlement_id, offending.wallet_version, offending.wallet_id USING ERRCODE = 'JL004';
    ELSIF offending.balance_after <> offending.expected THEN
        RAISE EXCEPTION 'settlement %: version % of wallet % has balance % instead of %',
            offending.settlement_id, offending.wallet_version, offending.wallet_id, offending.balance_after,
            offending.expected USING ERRCODE = 'JL005';
    ELSIF offending.no > 1 AND offending.previous_hash IS NULL THEN
        RAISE EXCEPTION 'settlement %: number % of book % has no predecessor',
            offending.settlement_id, offending.no, offending.book USING ERRCODE = 'JL006';
    ELSE
        RAISE EXCEPTION 'settlement %: the hash of number % of book % does not match the previous one',
            offending.settlement_id, offending.no, offending.book USING ERRCODE = 'JL009';
    END IF;
END $$;
