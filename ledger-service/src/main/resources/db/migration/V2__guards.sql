-- The rules of the ledger as triggers. SQLSTATE class JL; each message names the first settlement that breaks the rule:
--   JL001 a journal lacks lines or has fewer than two           JL006 a gap in the numbers of a book
--   JL002 debits and credits differ                             JL007 a line for a closed journal
--   JL003 a line in another currency than its journal           JL008 a change of an immutable row
--   JL004 a gap in the versions of a wallet                     JL009 a hash that does not match the chain
--   JL005 a wallet's balance that does not match its lines      JL010 a line on an account that does not exist
--   JL011 a book whose head is not its last journal, or whose offset decreases
--
-- PostgreSQL plans the checks once per session, perhaps while the tables are empty, and keeps the plan when they
-- grow. So each row of a batch is looked up in a subquery that is never turned into a join, by the one fitting index,
-- and never by a sequential scan (enable_seqscan).
-- pg_temp is last in search_path: a temporary table must not shadow a table of the ledger.

CREATE FUNCTION check_lines() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off
AS $$
DECLARE
    offending record;
BEGIN
    SELECT n.settlement_id, n.line_no INTO offending
    FROM new_lines n
    WHERE (SELECT true FROM journals j WHERE j.settlement_id = n.settlement_id)
    ORDER BY n.settlement_id, n.line_no LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'settlement %: line % is late, the journal is closed', offending.settlement_id, offending.line_no
            USING ERRCODE = 'JL007';
    END IF;

    -- Not a foreign key: it would lock the row of platform:fees for every line. Accounts are never deleted.
    SELECT n.settlement_id, n.line_no, n.account INTO offending
    FROM new_lines n
    WHERE (SELECT true FROM accounts a WHERE a.code = n.account) IS NULL
    ORDER BY n.settlement_id, n.line_no LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'settlement %: line % is on account %, which does not exist',
            offending.settlement_id, offending.line_no, offending.account USING ERRCODE = 'JL010';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION check_journals() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp
    SET enable_seqscan = off
AS $$
DECLARE
    offending record;
BEGIN
    -- Sums of bigint are numeric and do not overflow.
    SELECT n.settlement_id, n.line_count, n.currency, l.* INTO offending
    FROM new_journals n
    CROSS JOIN LATERAL (
        SELECT count(*) AS present,
               count(*) FILTER (WHERE currency <> n.currency) AS foreign_lines,
               coalesce(sum(amount) FILTER (WHERE side = 'DEBIT'), 0) AS debits,
               coalesce(sum(amount) FILTER (WHERE side = 'CREDIT'), 0) AS credits
        FROM lines WHERE lines.settlement_id = n.settlement_id
    ) l
    WHERE l.present < 2 OR l.present <> n.line_count OR l.foreign_lines > 0 OR l.debits <> l.credits
    ORDER BY n.book, n.no LIMIT 1;
    IF FOUND THEN
        IF offending.present < 2 OR offending.present <> offending.line_count THEN
            RAISE EXCEPTION 'settlement %: the journal has % lines, declares % and needs at least 2',
                offending.settlement_id, offending.present, offending.line_count USING ERRCODE = 'JL001';
        ELSIF offending.foreign_lines > 0 THEN
            RAISE EXCEPTION 'settlement %: % lines are not in the journal''s currency %',
                offending.settlement_id, offending.foreign_lines, offending.currency USING ERRCODE = 'JL003';
        ELSE
            RAISE EXCEPTION 'settlement %: debits of % and credits of % do not balance',
                offending.settlement_id, offending.debits, offending.credits USING ERRCODE = 'JL002';
        END IF;
    END IF;

    -- The predecessor is in the same book: all entries of a wallet are in one partition.
    SELECT n.settlement_id, n.wallet_id, n.wallet_version, n.balance_after, p.settlement_id AS predecessor,
           coalesce(p.balance_after, 0) + w.net AS expected INTO offending
    FROM new_journals n
    LEFT JOIN LATERAL (
        SELECT settlement_id, balance_after FROM journals
        WHERE wallet_id = n.wallet_id AND wallet_version = n.wallet_version - 1 AND book = n.book
        LIMIT 1
    ) p ON true
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(CASE side WHEN 'CREDIT' THEN amount ELSE -amount END)
            FILTER (WHERE account = 'seller:' || split_part(n.wallet_id, ':', 1) || ':payable'), 0) AS net
        FROM lines WHERE lines.settlement_id = n.settlement_id
    ) w
    WHERE (n.wallet_version > 1 AND p.settlement_id IS NULL)
       OR n.balance_after <> coalesce(p.balance_after, 0) + w.net
    ORDER BY n.book, n.no LIMIT 1;
    IF FOUND THEN
        IF offending.wallet_version > 1 AND offending.predecessor IS NULL THEN
            RAISE EXCEPTION 'settlement %: version % of wallet % has no predecessor in its book',
                offending.settlement_id, offending.wallet_version, offending.wallet_id USING ERRCODE = 'JL004';
        ELSE
            RAISE EXCEPTION 'settlement %: version % of wallet % has balance % instead of %',
                offending.settlement_id, offending.wallet_version, offending.wallet_id, offending.balance_after,
                offending.expected USING ERRCODE = 'JL005';
        END IF;
    END IF;

    SELECT n.settlement_id, n.book, n.no INTO offending
    FROM new_journals n
    WHERE n.no > 1 AND (SELECT true FROM journals p WHERE p.book = n.book AND p.no = n.no - 1) IS NULL
    ORDER BY n.book, n.no LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'settlement %: number % of book % has no predecessor',
            offending.settlement_id, offending.no, offending.book USING ERRCODE = 'JL006';
    END IF;

    SELECT n.settlement_id, n.book, n.no INTO offending
    FROM new_journals n
    WHERE (SELECT h.computed FROM journal_hashes h WHERE h.settlement_id = n.settlement_id) IS DISTINCT FROM n.hash
    ORDER BY n.book, n.no LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'settlement %: the hash of number % of book % does not match the previous one',
            offending.settlement_id, offending.no, offending.book USING ERRCODE = 'JL009';
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
