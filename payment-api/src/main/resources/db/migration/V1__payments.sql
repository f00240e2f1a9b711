-- Payments, PSP attempts, idempotency keys, API keys and the outbox.
-- Run by jangbu_owner, the owner of all objects. The application's role gets its rights at the end.

CREATE TABLE payments (
    id               uuid PRIMARY KEY,
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
    approved_at      timestamptz,
    completed_at     timestamptz,
    CHECK ((status IN ('READY', 'CANCELED', 'EXPIRED')) OR payment_key IS NOT NULL),
    CHECK ((status IN ('APPROVED', 'COMPLETED')) = (approved_at IS NOT NULL)),
    CHECK ((status = 'COMPLETED') = (completed_at IS NOT NULL)),
    CHECK ((status IN ('EXECUTING')) <= (lease_until IS NOT NULL))
);

-- One open or approved payment for each order. After DECLINED, CANCELED or EXPIRED the order may have a new one.
CREATE UNIQUE INDEX payments_order_id ON payments (order_id)
    WHERE status NOT IN ('DECLINED', 'CANCELED', 'EXPIRED');
CREATE UNIQUE INDEX payments_payment_key ON payments (psp, payment_key) WHERE payment_key IS NOT NULL;
-- For the recovery.
CREATE INDEX payments_at_the_psp ON payments (next_attempt_at) WHERE status IN ('EXECUTING', 'UNKNOWN');

CREATE TABLE payment_lines (
    payment_id      uuid   NOT NULL REFERENCES payments,
    line_no         integer NOT NULL CHECK (line_no BETWEEN 1 AND 100),
    line_id         text   NOT NULL,
    seller_id       text   NOT NULL CHECK (seller_id ~ '^[A-Za-z0-9_-]{1,64}$'),
    amount          bigint NOT NULL CHECK (amount > 0),
    fee             bigint NOT NULL CHECK (fee BETWEEN 0 AND amount),
    refunded_amount bigint NOT NULL DEFAULT 0 CHECK (refunded_amount BETWEEN 0 AND amount),
    PRIMARY KEY (payment_id, line_no),
    UNIQUE (payment_id, line_id)
);

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
    attempt     integer     NOT NULL,
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

-- Logical replication sends these rows to Kafka in the order of their commits.
CREATE TABLE outbox (
    id            uuid PRIMARY KEY,
    aggregatetype text        NOT NULL CHECK (aggregatetype = 'settlement.requests'),
    aggregateid   text        NOT NULL,
    type          text        NOT NULL,
    -- Avro in Confluent's wire format: a zero byte, four bytes of schema id, the datum.
    payload       bytea       NOT NULL CHECK (octet_length(payload) > 5 AND get_byte(payload, 0) = 0),
    ce_time       timestamptz NOT NULL,
    traceparent   text,
    -- The database's time; the application has no right to set it.
    created_at    timestamptz NOT NULL DEFAULT now(),
    -- The streams processor deduplicates by the time in the id, so the id's time must match the insert. The margins
    -- allow for clock skew, within the five minutes that the streams processor accepts for an id from the future.
    CONSTRAINT outbox_id_of_its_moment CHECK (
        uuid_extract_version(id) = 7
        AND uuid_extract_timestamp(id) BETWEEN created_at - interval '5 minutes' AND created_at + interval '1 minute')
);

CREATE INDEX outbox_created_at ON outbox (created_at);

-- Updated by the connector, so that its slot advances while only the ledger's database has writes.
CREATE TABLE heartbeat (
    id      integer PRIMARY KEY CHECK (id = 1),
    beat_at timestamptz NOT NULL
);
INSERT INTO heartbeat VALUES (1, now());

CREATE PUBLICATION jangbu_outbox FOR TABLE outbox, heartbeat;

-- Checks the transitions, which the application has checked before, and is the only writer of the history.
CREATE FUNCTION payment_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'READY' THEN
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
        ('UNKNOWN', 'EXECUTING'), ('UNKNOWN', 'APPROVED'), ('UNKNOWN', 'DECLINED'), ('UNKNOWN', 'REVIEW'),
        ('REVIEW', 'APPROVED'), ('REVIEW', 'DECLINED'),
        ('APPROVED', 'COMPLETED'))
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

-- The terms of a payment are immutable: id, order, currency, amount, PSP, and the payment key once it is set.
CREATE FUNCTION payment_terms_are_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the terms of payment % are fixed', OLD.id USING ERRCODE = 'JB002';
END
$$;

CREATE TRIGGER payment_terms_are_fixed BEFORE UPDATE ON payments FOR EACH ROW
    WHEN ((OLD.id, OLD.order_id, OLD.currency, OLD.amount, OLD.psp, OLD.created_at)
              IS DISTINCT FROM (NEW.id, NEW.order_id, NEW.currency, NEW.amount, NEW.psp, NEW.created_at)
          OR OLD.payment_key IS NOT NULL AND NEW.payment_key IS DISTINCT FROM OLD.payment_key)
    EXECUTE FUNCTION payment_terms_are_fixed();

-- Rights. The application may set neither created_at of the outbox nor the history, which only the trigger writes.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO jangbu_payment, jangbu_audit;
GRANT INSERT, UPDATE ON payments, psp_attempts, idempotency_keys, api_keys TO jangbu_payment;
-- Of a line only the refunded amount may change.
GRANT INSERT, UPDATE (refunded_amount) ON payment_lines TO jangbu_payment;
GRANT INSERT (id, aggregatetype, aggregateid, type, payload, ce_time, traceparent) ON outbox TO jangbu_payment;
GRANT DELETE ON idempotency_keys TO jangbu_payment;
GRANT SELECT, INSERT, DELETE ON outbox TO jangbu_maintenance;
GRANT SELECT ON outbox, heartbeat TO jangbu_cdc;
GRANT UPDATE ON heartbeat TO jangbu_cdc;
-- The audit role must not see the hashes of keys.
REVOKE SELECT ON api_keys FROM jangbu_audit;
GRANT SELECT (id, name, scopes, created_at, expires_at, revoked_at) ON api_keys TO jangbu_audit;
