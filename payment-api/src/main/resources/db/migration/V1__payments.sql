-- Payments, refunds, payouts, PSP attempts, idempotency keys, API keys and the outbox.
-- Run by jangbu_owner, the owner of all objects. The application's role gets its rights at the end.

CREATE TABLE payments (
    -- The name of client, creation's key and generation: a creation that is repeated after a restore has the same id.
    id               uuid PRIMARY KEY CHECK (uuid_extract_version(id) = 8),
    client_id        text        NOT NULL,
    creation_key     text        CHECK (length(creation_key) BETWEEN 1 AND 255),
    -- How often the key was used and forgotten before.
    generation       integer     CHECK (generation >= 0),
    -- When it was written again from Kafka, which knows neither key nor generation.
    restored_at      timestamptz,
    order_id         text        NOT NULL CHECK (order_id ~ '^[A-Za-z0-9_-]{6,64}$'),
    status           text        NOT NULL CHECK (status IN ('READY', 'ACCEPTED', 'EXECUTING', 'UNKNOWN', 'REVIEW',
                                                            'APPROVED', 'COMPLETED', 'DECLINED', 'CANCELED', 'EXPIRED')),
    currency         text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount           bigint      NOT NULL CHECK (amount > 0),
    metadata         text        NOT NULL,
    psp              text        NOT NULL,
    payment_key      text,
    decline_code     text,
    -- Cause of the latest change of status; the trigger copies it to the history.
    cause            text        NOT NULL,
    version          bigint      NOT NULL,
    -- The attempt that may record an outcome. Every lease increments it, so the UPDATE of an earlier attempt matches no
    -- row.
    attempts         integer     NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    first_attempt_at timestamptz,
    lease_until      timestamptz,
    next_attempt_at  timestamptz,
    unknown_since    timestamptz,
    traceparent      text,
    created_at       timestamptz NOT NULL,
    accepted_at      timestamptz,
    approved_at      timestamptz,
    completed_at     timestamptz,
    -- A payment in READY or ACCEPTED expires.
    expires_at       timestamptz NOT NULL DEFAULT now() + interval '30 minutes',
    -- Why the outcome needs a manual decision.
    review_reason    text,
    -- Its journals, book:number for each book, once it is completed. A wallet read can require a wallet that contains
    -- them.
    position         text,
    CHECK ((status IN ('READY', 'CANCELED', 'EXPIRED')) OR payment_key IS NOT NULL),
    CHECK ((status IN ('APPROVED', 'COMPLETED')) = (approved_at IS NOT NULL)),
    CHECK ((status = 'COMPLETED') = (completed_at IS NOT NULL)),
    CHECK ((status IN ('EXECUTING')) <= (lease_until IS NOT NULL)),
    CHECK ((status = 'ACCEPTED') <= (accepted_at IS NOT NULL)),
    CHECK (restored_at IS NOT NULL OR creation_key IS NOT NULL AND generation IS NOT NULL)
);

-- One open or approved payment for each order. After DECLINED, CANCELED or EXPIRED the order may have a new one.
CREATE UNIQUE INDEX payments_order_id ON payments (order_id)
    WHERE status NOT IN ('DECLINED', 'CANCELED', 'EXPIRED');
CREATE UNIQUE INDEX payments_payment_key ON payments (psp, payment_key) WHERE payment_key IS NOT NULL;
-- For the recovery.
CREATE INDEX payments_at_the_psp ON payments (next_attempt_at) WHERE status IN ('EXECUTING', 'UNKNOWN');
CREATE INDEX payments_expiring ON payments (expires_at) WHERE status IN ('READY', 'ACCEPTED');
-- The queue: its length and its order.
CREATE INDEX payments_queued ON payments (accepted_at) WHERE status = 'ACCEPTED';
-- Lists are in the order of creation.
CREATE INDEX payments_by_time ON payments (created_at, id);
CREATE INDEX payments_by_status ON payments (status, created_at, id);
CREATE INDEX payments_by_order ON payments (order_id, created_at, id);

CREATE TABLE payment_lines (
    payment_id      uuid   NOT NULL REFERENCES payments,
    line_no         integer NOT NULL CHECK (line_no BETWEEN 1 AND 100),
    line_id         text   NOT NULL,
    seller_id       text   NOT NULL CHECK (seller_id ~ '^[A-Za-z0-9_-]{1,64}$'),
    amount          bigint NOT NULL CHECK (amount > 0),
    fee             bigint NOT NULL CHECK (fee BETWEEN 0 AND amount),
    refunded_amount bigint NOT NULL DEFAULT 0 CHECK (refunded_amount BETWEEN 0 AND amount),
    -- Reserved for a refund in progress.
    reserved_amount bigint NOT NULL DEFAULT 0 CHECK (reserved_amount >= 0),
    refunded_fee    bigint NOT NULL DEFAULT 0 CHECK (refunded_fee BETWEEN 0 AND fee),
    -- The payment's, for the list of a seller's payments.
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (payment_id, line_no),
    UNIQUE (payment_id, line_id),
    CONSTRAINT no_more_back_than_was_paid CHECK (reserved_amount <= amount - refunded_amount)
);

CREATE INDEX payment_lines_by_seller ON payment_lines (seller_id, created_at, payment_id);

CREATE TABLE history (
    resource_id uuid        NOT NULL,
    version     bigint      NOT NULL,
    kind        text        NOT NULL CHECK (kind IN ('PAYMENT', 'REFUND', 'PAYOUT')),
    from_status text,
    to_status   text        NOT NULL,
    cause       text        NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (resource_id, version)
);

-- One row for each attempt at the PSP. The outcome is NULL until a response is recorded.
CREATE TABLE psp_attempts (
    resource_id uuid        NOT NULL,
    attempt     integer     NOT NULL,
    operation   text        NOT NULL,
    cause       text        NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT now(),
    outcome     text,
    detail      text,
    ended_at    timestamptz,
    PRIMARY KEY (resource_id, operation, attempt)
);

CREATE TABLE idempotency_keys (
    key         text PRIMARY KEY CHECK (length(key) BETWEEN 1 AND 255),
    -- SHA-256 over the call and its body. The same key with another body is refused.
    fingerprint bytea       NOT NULL CHECK (length(fingerprint) = 32),
    operation   text        NOT NULL,
    resource_id uuid        NOT NULL,
    status      text        NOT NULL CHECK (status IN ('RUNNING', 'DONE')),
    lease_until timestamptz,
    answer_status   integer CHECK (answer_status BETWEEN 200 AND 499),
    answer_location text,
    answer_body     text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CHECK ((status = 'DONE') = (answer_status IS NOT NULL)),
    CHECK ((status = 'DONE') = (answer_body IS NOT NULL))
);

CREATE INDEX idempotency_keys_running ON idempotency_keys (resource_id, operation) WHERE status = 'RUNNING';
-- For deleting keys by age.
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE api_keys (
    id         uuid PRIMARY KEY,
    name       text        NOT NULL,
    -- SHA-256 of the key; the key itself is not stored.
    key_hash   bytea       NOT NULL UNIQUE CHECK (length(key_hash) = 32),
    scopes     text[]      NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz
);

CREATE TABLE refunds (
    -- The name of client and key; also the refund's idempotency key at the PSP.
    id                  uuid PRIMARY KEY CHECK (uuid_extract_version(id) = 8),
    client_id           text        NOT NULL,
    payment_id          uuid        NOT NULL REFERENCES payments,
    -- The call that requested it: its response is the refund or, of a cancellation, the payment.
    operation           text        NOT NULL CHECK (operation IN ('refund', 'cancel')),
    status              text        NOT NULL CHECK (status IN ('EXECUTING', 'UNKNOWN', 'REVIEW', 'APPROVED', 'COMPLETED', 'FAILED')),
    amount              bigint      NOT NULL CHECK (amount > 0),
    reason              text        NOT NULL,
    -- Kept forever: a call repeated after the key was deleted must find the same refund.
    idempotency_key     text        CHECK (length(idempotency_key) BETWEEN 1 AND 255),
    fingerprint         bytea       CHECK (length(fingerprint) = 32),
    -- When it was written again from Kafka, which knows neither key nor fingerprint.
    restored_at         timestamptz,
    failure_code        text,
    review_reason       text,
    cause               text        NOT NULL,
    version             bigint      NOT NULL,
    attempts            integer     NOT NULL CHECK (attempts > 0),
    lease_until         timestamptz,
    next_attempt_at     timestamptz,
    traceparent         text,
    created_at          timestamptz NOT NULL,
    approved_at         timestamptz,
    completed_at        timestamptz,
    position            text,
    CHECK (restored_at IS NOT NULL OR idempotency_key IS NOT NULL AND fingerprint IS NOT NULL),
    CHECK ((status IN ('APPROVED', 'COMPLETED')) = (approved_at IS NOT NULL)),
    CHECK ((status = 'COMPLETED') = (completed_at IS NOT NULL)),
    CHECK ((status = 'FAILED') <= (failure_code IS NOT NULL)),
    CHECK ((status = 'REVIEW') <= (review_reason IS NOT NULL)),
    CHECK ((status = 'EXECUTING') <= (lease_until IS NOT NULL))
);

-- At most one operation of a payment is at the PSP at a time. REVIEW counts as in progress.
CREATE UNIQUE INDEX refunds_in_flight ON refunds (payment_id) WHERE status IN ('EXECUTING', 'UNKNOWN', 'REVIEW');
CREATE INDEX refunds_at_the_psp ON refunds (next_attempt_at) WHERE status IN ('EXECUTING', 'UNKNOWN');
CREATE INDEX refunds_by_payment ON refunds (payment_id, created_at, id);
CREATE INDEX refunds_by_status ON refunds (status, created_at, id);

CREATE TABLE refund_lines (
    refund_id uuid    NOT NULL REFERENCES refunds,
    line_no   integer NOT NULL CHECK (line_no BETWEEN 1 AND 100),
    line_id   text    NOT NULL,
    amount    bigint  NOT NULL CHECK (amount > 0),
    -- The refunded share of the fee; set at the approval.
    fee       bigint CHECK (fee BETWEEN 0 AND amount),
    PRIMARY KEY (refund_id, line_no),
    UNIQUE (refund_id, line_id)
);

-- Cancellations known at the PSP, by its transaction keys. One that is not in this table may belong to the refund in
-- progress. A foreign one, made at the PSP's console for instance, is no refund: the PSP's answer to a refund names its own.
CREATE TABLE psp_cancels (
    payment_id      uuid        NOT NULL REFERENCES payments,
    transaction_key text        NOT NULL,
    -- The refund that made it; NULL: foreign.
    refund_id       uuid REFERENCES refunds,
    -- Of a foreign one, as the PSP shows them.
    amount          bigint CHECK (amount > 0),
    canceled_at     timestamptz,
    seen_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (payment_id, transaction_key),
    CHECK ((refund_id IS NULL) = (amount IS NOT NULL)),
    CHECK ((amount IS NULL) = (canceled_at IS NULL))
);

CREATE TABLE payouts (
    -- The name of client and key.
    id               uuid PRIMARY KEY CHECK (uuid_extract_version(id) = 8),
    client_id        text        NOT NULL,
    seller_id        text        NOT NULL CHECK (seller_id ~ '^[A-Za-z0-9_-]{1,64}$'),
    currency         text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount           bigint      NOT NULL CHECK (amount > 0),
    destination      text        NOT NULL,
    status           text        NOT NULL CHECK (status IN ('REQUESTED', 'BOOKED', 'REJECTED')),
    rejection        text,
    -- The wallet version that the payout requires; NULL: any.
    expected_version bigint CHECK (expected_version >= 0),
    -- Kept forever, as a refund's.
    idempotency_key  text        CHECK (length(idempotency_key) BETWEEN 1 AND 255),
    fingerprint      bytea       CHECK (length(fingerprint) = 32),
    restored_at      timestamptz,
    cause            text        NOT NULL,
    version          bigint      NOT NULL,
    created_at       timestamptz NOT NULL,
    decided_at       timestamptz,
    position         text,
    CHECK (restored_at IS NOT NULL OR idempotency_key IS NOT NULL AND fingerprint IS NOT NULL),
    CHECK ((status = 'REQUESTED') = (decided_at IS NULL)),
    CHECK ((status = 'REJECTED') = (rejection IS NOT NULL))
);

CREATE INDEX payouts_by_time ON payouts (created_at, id);
CREATE INDEX payouts_by_seller ON payouts (seller_id, created_at, id);
CREATE INDEX payouts_by_status ON payouts (status, created_at, id);

-- Manual resolutions of payments and refunds in REVIEW, with their evidence.
CREATE TABLE resolutions (
    resource_id uuid PRIMARY KEY,
    kind        text        NOT NULL CHECK (kind IN ('PAYMENT', 'REFUND')),
    outcome     text        NOT NULL CHECK (outcome IN ('APPROVED', 'DECLINED', 'FAILED')),
    evidence    text        NOT NULL,
    api_key_id  uuid        NOT NULL REFERENCES api_keys,
    at          timestamptz NOT NULL DEFAULT now()
);

-- Charges at the PSP whose payment a restored database has lost before it was settled. A payment that is created again for
-- one of them may be younger than its charge.
CREATE TABLE unsettled_charges (
    psp         text        NOT NULL,
    payment_key text        NOT NULL,
    order_id    text        NOT NULL,
    currency    text        NOT NULL,
    amount      bigint      NOT NULL,
    seen_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (psp, payment_key)
);

-- Logical replication sends these rows to Kafka in the order of their commits.
CREATE TABLE outbox (
    -- The settlement's: the name of the movement of money.
    id            uuid PRIMARY KEY CHECK (uuid_extract_version(id) = 8),
    -- The topic and the type of the event.
    aggregatetype text        NOT NULL DEFAULT 'settlement.requests' CHECK (aggregatetype = 'settlement.requests'),
    aggregateid   text        NOT NULL,
    type          text        NOT NULL DEFAULT 'dev.jangbu.settlement.requested',
    -- Avro in Confluent's wire format: a zero byte, four bytes of schema id, the datum.
    payload       bytea       NOT NULL CHECK (octet_length(payload) > 5 AND get_byte(payload, 0) = 0),
    ce_time       timestamptz NOT NULL,
    traceparent   text,
    -- The database's time; the application has no right to set it.
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX outbox_created_at ON outbox (created_at);

-- Updated by the connector, so that its slot advances while only the ledger's database has writes.
CREATE TABLE heartbeat (
    id      integer PRIMARY KEY CHECK (id = 1),
    beat_at timestamptz NOT NULL
);
INSERT INTO heartbeat VALUES (1, now());

-- Moments of this database, each published to Kafka after its commit. A database without the newest published one has
-- gone back: a restore, a failover that lost commits.
CREATE TABLE marks (
    sequence          bigint PRIMARY KEY CHECK (sequence > 0),
    -- Raised when an operator declares a restored database complete.
    epoch             bigint      NOT NULL DEFAULT 0 CHECK (epoch >= 0),
    nonce             uuid        NOT NULL DEFAULT gen_random_uuid(),
    -- The newest sequence that Kafka had acknowledged at that time; 0: none.
    acknowledged      bigint      NOT NULL DEFAULT 0,
    server_started_at timestamptz NOT NULL DEFAULT pg_postmaster_start_time(),
    written_at        timestamptz NOT NULL DEFAULT now()
);

-- Identity of this server, and the end of its WAL on disk, which no crash takes back; without timeline and position on a standby.
CREATE VIEW server_position AS
    SELECT current_database()::text AS database, system_identifier, pg_postmaster_start_time() AS started_at,
           CASE WHEN NOT pg_is_in_recovery()
                THEN ('x' || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8))::bit(32)::integer END AS timeline,
           CASE WHEN NOT pg_is_in_recovery()
                THEN pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint END AS lsn
      FROM pg_control_system();

-- Run by the connector on every connection. After a start of the server nothing may move the slot until the application
-- has judged the database, which it shows by a mark.
CREATE FUNCTION require_judged_server(patience interval DEFAULT '30 seconds') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    deadline CONSTANT timestamptz := clock_timestamp() + patience;
BEGIN
    WHILE NOT EXISTS (SELECT FROM marks WHERE server_started_at = pg_postmaster_start_time()) LOOP
        IF clock_timestamp() >= deadline THEN
            RAISE EXCEPTION 'payment-api has not opened this database since the start of its server'
                USING ERRCODE = 'JB003';
        END IF;
        PERFORM pg_sleep(0.1);
    END LOOP;
END
$$ SET search_path = public, pg_temp;

CREATE PUBLICATION jangbu_outbox FOR TABLE outbox, heartbeat;

-- Whether a payment may take this transition, or begin, because an operator restores the database.
CREATE FUNCTION is_restored_payment(payment payments, old_status text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT session_user = 'jangbu_maintenance' AND CASE
           -- Kafka has its settlement.
           WHEN payment.cause = 'restored' AND payment.status = 'APPROVED'
           THEN old_status IS DISTINCT FROM 'COMPLETED'
           -- The PSP has its charge.
           WHEN payment.cause = 'restored' AND payment.status = 'EXECUTING'
           THEN old_status IS NOT DISTINCT FROM 'EXPIRED'
           -- Another payment of the order was approved, so this one had ended before.
           WHEN payment.cause LIKE 'restored as %' AND payment.status = 'CANCELED'
           THEN coalesce(old_status, '') IN ('READY', 'ACCEPTED', 'EXECUTING', 'UNKNOWN', 'REVIEW')
           ELSE false END
$$ SET search_path = public, pg_temp;

-- Checks the transitions, which the application has checked before, and is the only writer of the history.
CREATE FUNCTION payment_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'READY' AND NOT is_restored_payment(NEW, NULL) THEN
            RAISE EXCEPTION 'payment % can''t begin as %', NEW.id, NEW.status USING ERRCODE = 'JB001';
        END IF;
        INSERT INTO history (resource_id, version, kind, from_status, to_status, cause)
        VALUES (NEW.id, NEW.version, 'PAYMENT', NULL, NEW.status, NEW.cause);
        RETURN NULL;
    END IF;
    IF NEW.status = OLD.status THEN
        RETURN NULL;
    END IF;
    IF (OLD.status, NEW.status) NOT IN (
        ('READY', 'EXECUTING'), ('READY', 'ACCEPTED'), ('READY', 'CANCELED'), ('READY', 'EXPIRED'),
        ('ACCEPTED', 'EXECUTING'), ('ACCEPTED', 'CANCELED'), ('ACCEPTED', 'EXPIRED'),
        ('EXECUTING', 'APPROVED'), ('EXECUTING', 'DECLINED'), ('EXECUTING', 'UNKNOWN'), ('EXECUTING', 'REVIEW'),
        ('UNKNOWN', 'APPROVED'), ('UNKNOWN', 'DECLINED'), ('UNKNOWN', 'REVIEW'),
        ('REVIEW', 'APPROVED'), ('REVIEW', 'DECLINED'),
        ('APPROVED', 'COMPLETED'))
        AND NOT is_restored_payment(NEW, OLD.status)
    THEN
        RAISE EXCEPTION 'payment % can''t go from % to %', NEW.id, OLD.status, NEW.status USING ERRCODE = 'JB001';
    END IF;
    IF NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'payment % goes from version % to %', NEW.id, OLD.version, NEW.version USING ERRCODE = 'JB001';
    END IF;
    INSERT INTO history (resource_id, version, kind, from_status, to_status, cause)
    VALUES (NEW.id, NEW.version, 'PAYMENT', OLD.status, NEW.status, NEW.cause);
    RETURN NULL;
END
$$ SECURITY DEFINER SET search_path = public, pg_temp;

CREATE TRIGGER payment_transition AFTER INSERT OR UPDATE ON payments
    FOR EACH ROW EXECUTE FUNCTION payment_transition();

-- The terms of a payment are immutable: id and its name, order, currency, amount, PSP, and the payment key once set. A
-- payment gives up its key to the one that was approved with it, when an operator restores the database.
CREATE FUNCTION payment_terms_are_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the terms of payment % are fixed', OLD.id USING ERRCODE = 'JB002';
END
$$;

CREATE TRIGGER payment_terms_are_fixed BEFORE UPDATE ON payments FOR EACH ROW
    WHEN ((OLD.id, OLD.client_id, OLD.creation_key, OLD.generation, OLD.order_id, OLD.currency, OLD.amount, OLD.psp,
           OLD.created_at)
              IS DISTINCT FROM
          (NEW.id, NEW.client_id, NEW.creation_key, NEW.generation, NEW.order_id, NEW.currency, NEW.amount, NEW.psp,
           NEW.created_at)
          OR OLD.payment_key IS NOT NULL AND NEW.payment_key IS DISTINCT FROM OLD.payment_key
             AND NOT (NEW.payment_key IS NULL AND NEW.cause LIKE 'restored as %'
                      AND session_user = 'jangbu_maintenance'))
    EXECUTE FUNCTION payment_terms_are_fixed();

-- Kafka has the refund's settlement.
CREATE FUNCTION is_restored_refund(refund refunds, old_status text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT session_user = 'jangbu_maintenance' AND refund.cause = 'restored' AND refund.status = 'APPROVED'
           AND old_status IS DISTINCT FROM 'COMPLETED'
$$ SET search_path = public, pg_temp;

CREATE FUNCTION refund_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'EXECUTING' AND NOT is_restored_refund(NEW, NULL) THEN
            RAISE EXCEPTION 'refund % can''t begin as %', NEW.id, NEW.status USING ERRCODE = 'JB001';
        END IF;
        INSERT INTO history (resource_id, version, kind, from_status, to_status, cause)
        VALUES (NEW.id, NEW.version, 'REFUND', NULL, NEW.status, NEW.cause);
        RETURN NULL;
    END IF;
    IF NEW.status = OLD.status THEN
        RETURN NULL;
    END IF;
    IF (OLD.status, NEW.status) NOT IN (
        ('EXECUTING', 'APPROVED'), ('EXECUTING', 'FAILED'), ('EXECUTING', 'UNKNOWN'), ('EXECUTING', 'REVIEW'),
        ('UNKNOWN', 'APPROVED'), ('UNKNOWN', 'FAILED'), ('UNKNOWN', 'REVIEW'),
        ('REVIEW', 'APPROVED'), ('REVIEW', 'FAILED'),
        ('APPROVED', 'COMPLETED'))
        AND NOT is_restored_refund(NEW, OLD.status)
    THEN
        RAISE EXCEPTION 'refund % can''t go from % to %', NEW.id, OLD.status, NEW.status USING ERRCODE = 'JB001';
    END IF;
    IF NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'refund % goes from version % to %', NEW.id, OLD.version, NEW.version USING ERRCODE = 'JB001';
    END IF;
    INSERT INTO history (resource_id, version, kind, from_status, to_status, cause)
    VALUES (NEW.id, NEW.version, 'REFUND', OLD.status, NEW.status, NEW.cause);
    RETURN NULL;
END
$$ SECURITY DEFINER SET search_path = public, pg_temp;

CREATE TRIGGER refund_transition AFTER INSERT OR UPDATE ON refunds
    FOR EACH ROW EXECUTE FUNCTION refund_transition();

CREATE FUNCTION payout_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'REQUESTED' THEN
            RAISE EXCEPTION 'payout % can''t begin as %', NEW.id, NEW.status USING ERRCODE = 'JB001';
        END IF;
        INSERT INTO history (resource_id, version, kind, from_status, to_status, cause)
        VALUES (NEW.id, NEW.version, 'PAYOUT', NULL, NEW.status, NEW.cause);
        RETURN NULL;
    END IF;
    IF NEW.status = OLD.status THEN
        RETURN NULL;
    END IF;
    IF (OLD.status, NEW.status) NOT IN (('REQUESTED', 'BOOKED'), ('REQUESTED', 'REJECTED')) THEN
        RAISE EXCEPTION 'payout % can''t go from % to %', NEW.id, OLD.status, NEW.status USING ERRCODE = 'JB001';
    END IF;
    IF NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'payout % goes from version % to %', NEW.id, OLD.version, NEW.version USING ERRCODE = 'JB001';
    END IF;
    INSERT INTO history (resource_id, version, kind, from_status, to_status, cause)
    VALUES (NEW.id, NEW.version, 'PAYOUT', OLD.status, NEW.status, NEW.cause);
    RETURN NULL;
END
$$ SECURITY DEFINER SET search_path = public, pg_temp;

CREATE TRIGGER payout_transition AFTER INSERT OR UPDATE ON payouts
    FOR EACH ROW EXECUTE FUNCTION payout_transition();

-- The terms of refunds and payouts are immutable.
CREATE FUNCTION terms_are_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the terms of % are fixed', OLD.id USING ERRCODE = 'JB002';
END
$$;

CREATE TRIGGER refund_terms_are_fixed BEFORE UPDATE ON refunds FOR EACH ROW
    WHEN ((OLD.id, OLD.client_id, OLD.payment_id, OLD.operation, OLD.amount, OLD.reason, OLD.idempotency_key,
           OLD.fingerprint, OLD.created_at)
              IS DISTINCT FROM
          (NEW.id, NEW.client_id, NEW.payment_id, NEW.operation, NEW.amount, NEW.reason, NEW.idempotency_key,
           NEW.fingerprint, NEW.created_at))
    EXECUTE FUNCTION terms_are_fixed();

CREATE TRIGGER payout_terms_are_fixed BEFORE UPDATE ON payouts FOR EACH ROW
    WHEN ((OLD.id, OLD.client_id, OLD.seller_id, OLD.currency, OLD.amount, OLD.destination, OLD.expected_version,
           OLD.idempotency_key, OLD.fingerprint, OLD.created_at)
              IS DISTINCT FROM
          (NEW.id, NEW.client_id, NEW.seller_id, NEW.currency, NEW.amount, NEW.destination, NEW.expected_version,
           NEW.idempotency_key, NEW.fingerprint, NEW.created_at))
    EXECUTE FUNCTION terms_are_fixed();

-- Applies completions: updates open payments, refunds and payouts, each once even if a batch contains it twice. Rows that
-- other transactions have locked are skipped, so that one of them delays no other; a foreign key that merely holds a row is
-- no such lock. Returns the indexes, from 0, of the completions that were not applied: those of a locked row, and those that
-- match neither an open nor a completed one. All parts see the same snapshot. Used by the application, and by the operator
-- who restores the database.
CREATE FUNCTION record_completions(
    ids uuid[], kinds text[], outcomes text[], rejections text[], ats timestamptz[], positions text[])
    RETURNS TABLE (index integer, locked boolean) LANGUAGE sql AS $$
WITH received AS (
    SELECT *
      FROM unnest(ids, kinds, outcomes, rejections, ats, positions) WITH ORDINALITY
           AS t (id, kind, outcome, rejection, at, position, ordinal)),
completed AS (SELECT DISTINCT ON (id, kind) * FROM received ORDER BY id, kind, ordinal),
payment AS (
    SELECT completed.*
      FROM completed
      JOIN payments p ON p.id = completed.id
     WHERE completed.kind = 'PAYMENT' AND completed.outcome = 'COMPLETED' AND p.status = 'APPROVED'
       FOR NO KEY UPDATE OF p SKIP LOCKED),
refund AS (
    SELECT completed.*
      FROM completed
      JOIN refunds r ON r.id = completed.id
     WHERE completed.kind = 'REFUND' AND completed.outcome = 'COMPLETED' AND r.status = 'APPROVED'
       FOR NO KEY UPDATE OF r SKIP LOCKED),
payout AS (
    SELECT completed.*
      FROM completed
      JOIN payouts o ON o.id = completed.id
     WHERE completed.kind = 'PAYOUT' AND completed.outcome IN ('COMPLETED', 'REJECTED') AND o.status = 'REQUESTED'
       FOR NO KEY UPDATE OF o SKIP LOCKED),
paid AS (
    UPDATE payments p
       SET status = 'COMPLETED', version = p.version + 1, cause = 'completion', completed_at = payment.at,
           position = nullif(payment.position, '')
      FROM payment
     WHERE p.id = payment.id),
refunded AS (
    UPDATE refunds r
       SET status = 'COMPLETED', version = r.version + 1, cause = 'completion', completed_at = refund.at,
           position = nullif(refund.position, '')
      FROM refund
     WHERE r.id = refund.id),
decided AS (
    UPDATE payouts o
       SET status = CASE payout.outcome WHEN 'COMPLETED' THEN 'BOOKED' ELSE 'REJECTED' END,
           rejection = CASE payout.outcome WHEN 'COMPLETED' THEN NULL ELSE payout.rejection END,
           version = o.version + 1, cause = 'completion', decided_at = payout.at,
           position = nullif(payout.position, '')
      FROM payout
     WHERE o.id = payout.id)
SELECT (t.ordinal - 1)::integer, coalesce(p.id, r.id, o.id) IS NOT NULL
  FROM received t
  LEFT JOIN payments p ON t.kind = 'PAYMENT' AND p.id = t.id AND p.status IN ('APPROVED', 'COMPLETED')
  LEFT JOIN refunds r ON t.kind = 'REFUND' AND r.id = t.id AND r.status IN ('APPROVED', 'COMPLETED')
  LEFT JOIN payouts o ON t.kind = 'PAYOUT' AND o.id = t.id
 WHERE NOT coalesce(
           p.status = 'COMPLETED' OR p.id IN (SELECT id FROM payment)
           OR r.status = 'COMPLETED' OR r.id IN (SELECT id FROM refund)
           OR o.status <> 'REQUESTED' OR o.id IN (SELECT id FROM payout), false)
 ORDER BY t.ordinal
$$;

-- Payments and refunds with their lines, as the application reads them. Times are compared with the statement's: a
-- volatile function such as clock_timestamp() would keep the planner from reading a list in the order of an index.
CREATE VIEW payment_line_lists AS
    SELECT payment_id,
           json_agg(json_build_object(
               'lineId', line_id, 'sellerId', seller_id, 'amount', amount, 'fee', fee,
               'refundedAmount', refunded_amount, 'reservedAmount', reserved_amount, 'refundedFee', refunded_fee)
               ORDER BY line_no)::text AS lines
      FROM payment_lines
     GROUP BY payment_id;

CREATE VIEW foreign_cancel_lists AS
    SELECT payment_id,
           json_agg(json_build_object(
               'transactionKey', transaction_key, 'amountMinor', amount, 'canceledAt', canceled_at)
               ORDER BY canceled_at, transaction_key)::text AS foreign_cancels
      FROM psp_cancels
     WHERE refund_id IS NULL
     GROUP BY payment_id;

CREATE VIEW payment_details AS
    SELECT p.*, coalesce(p.lease_until > statement_timestamp(), false) AS lease_live,
           coalesce(p.next_attempt_at <= statement_timestamp(), true) AS inquiry_due,
           p.status IN ('READY', 'ACCEPTED') AND p.expires_at <= statement_timestamp() AS expired,
           (SELECT l.lines FROM payment_line_lists l WHERE l.payment_id = p.id) AS lines,
           (SELECT c.foreign_cancels FROM foreign_cancel_lists c WHERE c.payment_id = p.id) AS foreign_cancels
      FROM payments p;

CREATE VIEW refund_details AS
    SELECT r.*, coalesce(r.lease_until > statement_timestamp(), false) AS lease_live,
           coalesce(r.next_attempt_at <= statement_timestamp(), true) AS inquiry_due,
           (SELECT json_agg(json_build_object('lineId', l.line_id, 'amount', l.amount, 'fee', l.fee)
                            ORDER BY l.line_no)::text
              FROM refund_lines l
             WHERE l.refund_id = r.id) AS lines
      FROM refunds r;

-- Rights. The application may set neither created_at of the outbox nor the history, which only the trigger writes.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO jangbu_payment, jangbu_audit;
GRANT INSERT, UPDATE ON payments, refunds, payouts, psp_attempts, idempotency_keys, api_keys TO jangbu_payment;
-- Of a line only the refunded and reserved parts may change, of a refund's line only the fee.
GRANT INSERT, UPDATE (refunded_amount, reserved_amount, refunded_fee) ON payment_lines TO jangbu_payment;
GRANT INSERT, UPDATE (fee) ON refund_lines TO jangbu_payment;
GRANT INSERT (payment_id, transaction_key, refund_id, amount, canceled_at) ON psp_cancels TO jangbu_payment;
GRANT INSERT (resource_id, kind, outcome, evidence, api_key_id) ON resolutions TO jangbu_payment;
GRANT INSERT (id, aggregatetype, aggregateid, type, payload, ce_time, traceparent) ON outbox TO jangbu_payment;
GRANT INSERT (sequence, epoch, acknowledged) ON marks TO jangbu_payment;
GRANT DELETE ON idempotency_keys, marks TO jangbu_payment;
GRANT SELECT, INSERT, DELETE ON outbox TO jangbu_maintenance;
-- Restores a database from Kafka and opens it: see docs/restore.md.
GRANT SELECT ON payments, payment_lines, refunds, refund_lines, payouts, psp_cancels, unsettled_charges, server_position
    TO jangbu_maintenance;
GRANT INSERT (id, client_id, restored_at, order_id, status, currency, amount, metadata, psp, payment_key, cause,
              version, created_at, approved_at),
      UPDATE (status, cause, version, payment_key, first_attempt_at, lease_until, next_attempt_at, unknown_since,
              decline_code, approved_at, completed_at, position) ON payments TO jangbu_maintenance;
GRANT INSERT (payment_id, line_no, line_id, seller_id, amount, fee, created_at),
      UPDATE (refunded_amount, reserved_amount, refunded_fee) ON payment_lines TO jangbu_maintenance;
GRANT INSERT (id, client_id, payment_id, operation, status, amount, reason, restored_at, cause, version, attempts,
              created_at, approved_at),
      UPDATE (status, cause, version, lease_until, next_attempt_at, failure_code, approved_at, completed_at, position)
    ON refunds TO jangbu_maintenance;
GRANT INSERT, UPDATE (fee) ON refund_lines TO jangbu_maintenance;
GRANT INSERT (payment_id, transaction_key, refund_id) ON psp_cancels TO jangbu_maintenance;
GRANT INSERT (id, client_id, seller_id, currency, amount, destination, status, expected_version, restored_at, cause,
              version, created_at),
      UPDATE (status, cause, version, rejection, decided_at, position) ON payouts TO jangbu_maintenance;
GRANT INSERT (psp, payment_key, order_id, currency, amount) ON unsettled_charges TO jangbu_maintenance;
GRANT SELECT (key, created_at), DELETE ON idempotency_keys TO jangbu_maintenance;
GRANT SELECT, INSERT (sequence, epoch) ON marks TO jangbu_maintenance;
GRANT SELECT ON outbox, heartbeat, marks TO jangbu_cdc;
GRANT UPDATE ON heartbeat TO jangbu_cdc;
-- The audit role must not see the hashes of keys.
REVOKE SELECT ON api_keys FROM jangbu_audit;
GRANT SELECT (id, name, scopes, created_at, expires_at, revoked_at) ON api_keys TO jangbu_audit;
