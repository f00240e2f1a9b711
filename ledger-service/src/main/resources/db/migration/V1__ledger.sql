-- The tables of the ledger. A book is one partition of ledger.entries: its journals are numbered from 1 and chained
-- by hash. Amounts are minor units of the currency (ISO 4217). V2 has the triggers.
--
-- A bounded repetition in a regular expression is compiled to one state per length, so length() checks the bounds.

-- Texts are hashed as UTF-8, so they must be stored as UTF-8.
DO $$
BEGIN
    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'the encoding of this database is %, but must be UTF8: hashes of journals depend on it',
            current_setting('server_encoding');
    END IF;
END $$;

-- The kind of an account determines the normal side of its balance:
--   psp:{psp}:receivable      ASSET      money that the payment service provider owes to the platform
--   seller:{sellerId}:payable LIABILITY  the seller's wallet: money that the platform owes to the seller
--   platform:fees             REVENUE    fees earned by the platform
--   platform:payouts          LIABILITY  clearing: payouts whose bank transfer is not in this ledger
CREATE TABLE accounts (
    code        text PRIMARY KEY CHECK (code ~ '^[!-~]+$' AND length(code) <= 200),
    kind        text NOT NULL CHECK (kind IN ('ASSET', 'LIABILITY', 'REVENUE')),
    normal_side text NOT NULL GENERATED ALWAYS AS (CASE kind WHEN 'ASSET' THEN 'DEBIT' ELSE 'CREDIT' END) STORED
);

-- One row per book. A writer locks it first, so that a paused instance and its successor cannot assign the same
-- numbers. next_offset: the first offset of the partition that is not in this database. head_hash: the hash of
-- journal last_no.
CREATE TABLE books (
    book        integer PRIMARY KEY CHECK (book >= 0),
    next_offset bigint NOT NULL DEFAULT 0,
    last_no     bigint NOT NULL DEFAULT 0 CHECK (last_no >= 0),
    head_hash   bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex') CHECK (octet_length(head_hash) = 32),
    -- Each journal has its own offset.
    CONSTRAINT offset_not_behind_journals CHECK (next_offset >= last_no)
);

-- occurred_at and recorded_at come from the entry. Reads at a point in time compare with recorded_at.
-- posted_at comes from this service's clock and is not part of the hash: only it may differ after a rebuild.
-- A trigger checks the book (JL013): a foreign key would lock its row once per journal. Books are never deleted.
CREATE TABLE journals (
    settlement_id   uuid PRIMARY KEY,
    book            integer NOT NULL,
    no              bigint NOT NULL CHECK (no >= 1),
    wallet_id       text NOT NULL,
    wallet_version  bigint NOT NULL CHECK (wallet_version >= 1),
    kind            text NOT NULL CHECK (kind IN ('PAYMENT', 'REFUND', 'PAYOUT')),
    reference_id    uuid NOT NULL,
    reference_parts integer NOT NULL CHECK (reference_parts >= 1),
    -- NULL: the entry is older than this field.
    part            integer CHECK (part BETWEEN 1 AND reference_parts),
    currency        text NOT NULL CHECK (currency ~ '^[A-Z][A-Z][A-Z]$'),
    line_count      integer NOT NULL,
    balance_after   bigint NOT NULL,
    occurred_at     timestamptz NOT NULL CHECK (occurred_at = date_trunc('milliseconds', occurred_at)),
    recorded_at     timestamptz NOT NULL CHECK (recorded_at = date_trunc('milliseconds', recorded_at)),
    posted_at       timestamptz NOT NULL,
    hash            bytea NOT NULL CHECK (octet_length(hash) = 32),
    -- The last guard against a movement that was settled under two ids.
    CONSTRAINT reference_part UNIQUE (reference_id, part),
    CONSTRAINT journal_number UNIQUE (book, no),
    CONSTRAINT wallet_version UNIQUE (wallet_id, wallet_version),
    CONSTRAINT wallet_is_seller_and_currency
        CHECK (wallet_id ~ '^[A-Za-z0-9_-]+:[A-Z][A-Z][A-Z]$' AND length(wallet_id) <= 68
            AND split_part(wallet_id, ':', 2) = currency),
    -- The target of the foreign key of lines.
    CONSTRAINT journal_of_lines UNIQUE (settlement_id, line_count)
);

-- The lines of a journal are inserted before it, in the same transaction. Inserting the journal checks and closes them.
-- A concurrent transaction cannot see the journal when it inserts lines for it. Its commit is refused: the lines must
-- have the journal's line_count, and all line numbers up to it are taken.
-- A line repeats its journal's book, number and time (JL012), so that one index serves reads of an account's lines in
-- order and sums up to a time.
CREATE TABLE lines (
    settlement_id uuid NOT NULL,
    line_no       integer NOT NULL,
    line_count    integer NOT NULL,
    account       text NOT NULL,
    side          text NOT NULL CHECK (side IN ('DEBIT', 'CREDIT')),
    amount        bigint NOT NULL CHECK (amount > 0),
    currency      text NOT NULL,
    book          integer NOT NULL,
    no            bigint NOT NULL,
    recorded_at   timestamptz NOT NULL,
    PRIMARY KEY (settlement_id, line_no),
    CONSTRAINT line_no_within_count CHECK (line_no BETWEEN 1 AND line_count),
    CONSTRAINT line_has_journal FOREIGN KEY (settlement_id, line_count)
        REFERENCES journals (settlement_id, line_count) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX lines_by_account ON lines (account, currency, recorded_at, book, no, line_no) INCLUDE (side, amount);
-- Lines are inserted almost in the order of recorded_at, so a small BRIN index finds the lines since a point in time.
CREATE INDEX lines_by_time ON lines USING brin (recorded_at) WITH (pages_per_range = 32, autosummarize = on);

-- Sums of the lines per book, so that books never wait for each other. Reads add up the books. Lines and wallets fit a
-- bigint; sums of the platform's accounts may not.
CREATE TABLE balances (
    book     integer NOT NULL REFERENCES books,
    account  text NOT NULL,
    currency text NOT NULL,
    debits   numeric(38, 0) NOT NULL CHECK (debits >= 0),
    credits  numeric(38, 0) NOT NULL CHECK (credits >= 0),
    PRIMARY KEY (book, account, currency)
) WITH (fillfactor = 70);
CREATE INDEX balances_by_account ON balances (account, currency);

-- STABLE: PostgreSQL never inlines an IMMUTABLE function that calls a STABLE one, such as convert_to(). Calls took two
-- thirds of the time of checking a journal's hash.
CREATE FUNCTION canonical_text(value text) RETURNS bytea
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN int4send(octet_length(value)) || convert_to(value, 'UTF8');

CREATE FUNCTION canonical_millis(value timestamptz) RETURNS bytea
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN int8send((extract(epoch FROM value) * 1000)::bigint);

CREATE FUNCTION canonical_line(l lines) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN canonical_text(l.account) || canonical_text(l.side) || canonical_text(l.currency) || int8send(l.amount);

-- The hash of a journal: SHA-256 over the previous journal's hash in the book (32 zero bytes for the first) and the
-- journal's canonical bytes. Integers are big-endian. Texts are their length in bytes (int4) and their UTF-8 bytes.
-- Times are milliseconds since 1970 (int8). The class JournalHash computes the same.
CREATE FUNCTION journal_hash(previous bytea, j journals, canonical_lines bytea) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN sha256(coalesce(previous, decode(repeat('00', 32), 'hex'))
        || uuid_send(j.settlement_id) || int4send(j.book) || int8send(j.no)
        || canonical_text(j.kind) || uuid_send(j.reference_id) || int4send(j.reference_parts)
        || canonical_text(j.currency)
        || canonical_text(j.wallet_id) || int8send(j.wallet_version) || int8send(j.balance_after)
        || canonical_millis(j.occurred_at) || canonical_millis(j.recorded_at)
        || int4send(j.line_count) || coalesce(canonical_lines, ''::bytea));

-- The stored and the expected hash of each journal.
CREATE VIEW journal_hashes AS
SELECT j.settlement_id, j.book, j.no, j.hash AS stored,
       journal_hash(
           (SELECT previous.hash FROM journals previous WHERE previous.book = j.book AND previous.no = j.no - 1),
           j,
           (SELECT string_agg(canonical_line(l), ''::bytea ORDER BY l.line_no)
            FROM lines l WHERE l.settlement_id = j.settlement_id)) AS computed
FROM journals j;

-- Each journal with its lines in order. in_place: whether the lines are complete and repeat the journal's columns.
CREATE VIEW journals_with_lines AS
SELECT j.*, l.accounts, l.sides, l.amounts, l.in_place
FROM journals j
CROSS JOIN LATERAL (
    SELECT array_agg(account ORDER BY line_no) AS accounts,
           array_agg(side ORDER BY line_no) AS sides,
           array_agg(amount ORDER BY line_no) AS amounts,
           bool_and((book, no, recorded_at, currency, line_count)
               = (j.book, j.no, j.recorded_at, j.currency, j.line_count))
           AND count(*) = j.line_count AND max(line_no) = j.line_count AS in_place
    FROM lines WHERE settlement_id = j.settlement_id
) l;
