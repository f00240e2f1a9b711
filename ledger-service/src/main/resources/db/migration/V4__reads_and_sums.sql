-- Sums of any size, a place in time for each line, and one pass for all that a journal is judged by.

-- A line fits a bigint and so does a wallet; the sum of a platform's accounts need not.
ALTER TABLE balances
    ALTER COLUMN debits TYPE numeric(38, 0),
    ALTER COLUMN credits TYPE numeric(38, 0);
CREATE INDEX balances_by_account ON balances (account, currency);

-- Its journal's place, so that the lines of an account can be read in their order, and summed up to a time, from one
-- index alone. The journal's insertion compares them.
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
-- Lines are written nearly in the order of this time, so that a few pages of summary find all since a moment.
CREATE INDEX lines_by_time ON lines USING brin (recorded_at) WITH (pages_per_range = 32, autosummarize = on);

-- Sums only grow, and stay. (JL008)
CREATE TRIGGER balances_only_grow BEFORE UPDATE ON balances FOR EACH ROW
    WHEN (NEW.debits < OLD.debits OR NEW.credits < OLD.credits
        OR (NEW.book, NEW.account, NEW.currency) IS DISTINCT FROM (OLD.book, OLD.account, OLD.currency))
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER balances_stay BEFORE DELETE OR TRUNCATE ON balances
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The one definition of a journal's hash in this database; see the view journal_hashes for its bytes.
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

-- As before (see V2), in one pass over the journals; and JL012, a line that is not in its journal's place.
CREATE OR REPLACE FUNCTION check_journals() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off
AS $$
DECLARE
    culprit record;
BEGIN
    SELECT n.*, l.*, v.settlement_id AS predecessor, coalesce(v.balance_after, 0) + l.net AS expected,
           b.hash AS previous_hash INTO culprit
    FROM new_journals n
    CROSS JOIN LATERAL (
        -- Sums of bigint are numeric: nothing overflows here.
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
    -- The predecessor is looked for in the same book: a wallet's entries all lie in one partition.
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

    IF culprit.present < 2 OR culprit.present <> culprit.line_count THEN
        RAISE EXCEPTION 'settlement %: the journal has % lines, says % and needs at least 2',
            culprit.settlement_id, culprit.present, culprit.line_count USING ERRCODE = 'JL001';
    ELSIF culprit.foreign_lines > 0 THEN
        RAISE EXCEPTION 'settlement %: % lines are not in the journal''s currency %',
            culprit.settlement_id, culprit.foreign_lines, culprit.currency USING ERRCODE = 'JL003';
    ELSIF culprit.debits <> culprit.credits THEN
        RAISE EXCEPTION 'settlement %: debits of % and credits of % do not balance',
            culprit.settlement_id, culprit.debits, culprit.credits USING ERRCODE = 'JL002';
    ELSIF culprit.misplaced > 0 THEN
        RAISE EXCEPTION 'settlement %: % lines are not in the place of their journal, number % of book %',
            culprit.settlement_id, culprit.misplaced, culprit.no, culprit.book USING ERRCODE = 'JL012';
    ELSIF culprit.wallet_version > 1 AND culprit.predecessor IS NULL THEN
        RAISE EXCEPTION 'settlement %: version % of wallet % has no predecessor in its book',
            culprit.settlement_id, culprit.wallet_version, culprit.wallet_id USING ERRCODE = 'JL004';
    ELSIF culprit.balance_after <> culprit.expected THEN
        RAISE EXCEPTION 'settlement %: version % of wallet % says balance % instead of %',
            culprit.settlement_id, culprit.wallet_version, culprit.wallet_id, culprit.balance_after,
            culprit.expected USING ERRCODE = 'JL005';
    ELSIF culprit.no > 1 AND culprit.previous_hash IS NULL THEN
        RAISE EXCEPTION 'settlement %: number % of book % has no predecessor',
            culprit.settlement_id, culprit.no, culprit.book USING ERRCODE = 'JL006';
    ELSE
        RAISE EXCEPTION 'settlement %: the hash of number % of book % does not follow from the one before',
            culprit.settlement_id, culprit.no, culprit.book USING ERRCODE = 'JL009';
    END IF;
END $$;
