-- The rules of the ledger as triggers. SQLSTATE class JL; each message names the first settlement that breaks the rule:
--   JL001 a journal lacks lines or has fewer than two           JL006 a gap in the numbers of a book
--   JL002 debits and credits differ                             JL007 a line for a closed journal
--   JL003 a line in another currency than its journal           JL008 a change of an immutable row
--   JL004 a gap in the versions of a wallet                     JL009 a hash that does not match the chain
--   JL005 a wallet's balance that does not match its lines      JL010 a line on an account that does not exist
--   JL011 a book whose head is not its last journal, or whose offset decreases
--   JL012 a line with another book, number or time than its journal
--   JL013 a journal of a book that does not exist
--
-- PostgreSQL plans the checks once per session, perhaps while the tables are empty, and keeps the plan when they
-- grow. So each row of a batch is looked up in a subquery that is never turned into a join, by the one fitting index,
-- and never by a sequential scan (enable_seqscan).
-- pg_temp is last in search_path: a temporary table must not shadow a table of the ledger.

-- One lookup per settlement and account of a batch.
CREATE FUNCTION check_lines() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off
AS $$
DECLARE
    offending record;
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT settlement_id FROM new_lines) n
        WHERE (SELECT true FROM journals j WHERE j.settlement_id = n.settlement_id)) THEN
        SELECT n.settlement_id, n.line_no INTO offending
        FROM new_lines n
        WHERE (SELECT true FROM journals j WHERE j.settlement_id = n.settlement_id)
        ORDER BY n.settlement_id, n.line_no LIMIT 1;
        RAISE EXCEPTION 'settlement %: line % is late, the journal is closed', offending.settlement_id, offending.line_no
            USING ERRCODE = 'JL007';
    END IF;

    -- Not a foreign key: it would lock the row of platform:fees for every line. Accounts are never deleted.
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT account FROM new_lines) n
        WHERE (SELECT true FROM accounts a WHERE a.code = n.account) IS NULL) THEN
        SELECT n.settlement_id, n.line_no, n.account INTO offending
        FROM new_lines n
        WHERE (SELECT true FROM accounts a WHERE a.code = n.account) IS NULL
        ORDER BY n.settlement_id, n.line_no LIMIT 1;
        RAISE EXCEPTION 'settlement %: line % is on account %, which does not exist',
            offending.settlement_id, offending.line_no, offending.account USING ERRCODE = 'JL010';
    END IF;
    RETURN NULL;
END $$;

-- The checks of a journal in one pass.
CREATE FUNCTION check_journals() RETURNS trigger LANGUAGE plpgsql
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

-- One lookup per book of a batch.
CREATE FUNCTION check_books_of_journals() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off
AS $$
DECLARE
    offending record;
BEGIN
    SELECT n.book INTO offending
    FROM (SELECT DISTINCT book FROM new_journals) n
    WHERE (SELECT true FROM books b WHERE b.book = n.book) IS NULL
    ORDER BY n.book LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'book % does not exist', offending.book USING ERRCODE = 'JL013';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is immutable: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'JL008', HINT = 'Correct errors with a further entry.';
END $$;

CREATE FUNCTION check_book() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.next_offset < OLD.next_offset THEN
        RAISE EXCEPTION 'book %: the offset would decrease from % to %', NEW.book, OLD.next_offset, NEW.next_offset
            USING ERRCODE = 'JL011';
    END IF;
    IF (NEW.last_no > 0
            AND NOT EXISTS (SELECT FROM journals WHERE book = NEW.book AND no = NEW.last_no AND hash = NEW.head_hash))
        OR (NEW.last_no = 0 AND NEW.head_hash <> decode(repeat('00', 32), 'hex'))
        OR EXISTS (SELECT FROM journals WHERE book = NEW.book AND no = NEW.last_no + 1) THEN
        RAISE EXCEPTION 'book %: % with its hash is not the last journal', NEW.book, NEW.last_no
            USING ERRCODE = 'JL011';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER lines_are_checked AFTER INSERT ON lines
    REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT EXECUTE FUNCTION check_lines();
CREATE TRIGGER journals_are_checked AFTER INSERT ON journals
    REFERENCING NEW TABLE AS new_journals FOR EACH STATEMENT EXECUTE FUNCTION check_journals();
CREATE TRIGGER books_of_journals_exist AFTER INSERT ON journals
    REFERENCING NEW TABLE AS new_journals FOR EACH STATEMENT EXECUTE FUNCTION check_books_of_journals();
CREATE TRIGGER head_is_checked AFTER INSERT OR UPDATE ON books
    FOR EACH ROW EXECUTE FUNCTION check_book();

CREATE TRIGGER lines_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON lines
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journals_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON journals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER accounts_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON accounts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER books_stay BEFORE DELETE OR TRUNCATE ON books
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Balances only grow and are never deleted.
CREATE TRIGGER balances_only_grow BEFORE UPDATE ON balances FOR EACH ROW
    WHEN (NEW.debits < OLD.debits OR NEW.credits < OLD.credits
        OR (NEW.book, NEW.account, NEW.currency) IS DISTINCT FROM (OLD.book, OLD.account, OLD.currency))
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER balances_stay BEFORE DELETE OR TRUNCATE ON balances
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
