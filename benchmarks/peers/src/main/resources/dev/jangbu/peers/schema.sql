-- The tables of the peers, recreated for each round. docs/benchmarks.md lists the differences from Jangbu's ledger.
DROP TABLE IF EXISTS lines, journals, wallets;

CREATE TABLE wallets (
    wallet_id text PRIMARY KEY,
    balance   bigint NOT NULL,
    version   bigint NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE journals (
    settlement_id uuid PRIMARY KEY,
    wallet_id     text NOT NULL,
    reference_id  uuid NOT NULL,
    currency      text NOT NULL,
    occurred_at   timestamptz NOT NULL,
    posted_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX journals_by_reference ON journals (reference_id);

CREATE TABLE lines (
    settlement_id uuid NOT NULL,
    line_no       integer NOT NULL,
    account       text NOT NULL,
    side          text NOT NULL CHECK (side IN ('DEBIT', 'CREDIT')),
    amount        bigint NOT NULL CHECK (amount > 0),
    PRIMARY KEY (settlement_id, line_no)
);
CREATE INDEX lines_by_account ON lines (account);
