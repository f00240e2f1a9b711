-- Refunds, payouts, the queue of accepted payments, expiry, and manual resolutions.

-- A payment in READY or ACCEPTED expires.
ALTER TABLE payments
    ADD COLUMN expires_at    timestamptz DEFAULT now() + interval '30 minutes',
    -- Why the outcome needs a manual decision.
    ADD COLUMN review_reason text,
    -- Its journals, book:number for each book, once it is completed. A wallet read can require a wallet that contains
    -- them.
    ADD COLUMN position      text;
UPDATE payments SET expires_at = created_at + interval '30 minutes';
ALTER TABLE payments
    ALTER COLUMN expires_at SET NOT NULL;

CREATE INDEX payments_expiring ON payments (expires_at) WHERE status IN ('READY', 'ACCEPTED');
-- The queue: its length and its order.
CREATE INDEX payments_queued ON payments (id) WHERE status = 'ACCEPTED';
-- Lists are ordered by id, which is the order of creation.
CREATE INDEX payments_by_status ON payments (status, id);
CREATE INDEX payments_by_order ON payments (order_id, id);
CREATE INDEX payment_lines_by_seller ON payment_lines (seller_id, payment_id);

-- Amounts reserved for refunds in progress, and the refunded part of the fee. Refunds can't exceed the payment.
ALTER TABLE payment_lines
    ADD COLUMN reserved_amount bigint NOT NULL DEFAULT 0 CHECK (reserved_amount >= 0),
    ADD COLUMN refunded_fee    bigint NOT NULL DEFAULT 0 CHECK (refunded_fee BETWEEN 0 AND fee),
    ADD CONSTRAINT no_more_back_than_was_paid CHECK (reserved_amount <= amount - refunded_amount);

CREATE TABLE refunds (
    id                  uuid PRIMARY KEY,
    payment_id          uuid        NOT NULL REFERENCES payments,
    status              text        NOT NULL CHECK (status IN ('EXECUTING', 'UNKNOWN', 'REVIEW', 'APPROVED', 'COMPLETED', 'FAILED')),
    amount              bigint      NOT NULL CHECK (amount > 0),
    reason              text        NOT NULL,
    -- Kept forever: a call repeated after the key was deleted must find the same refund.
    idempotency_key     text        NOT NULL UNIQUE CHECK (length(idempotency_key) BETWEEN 1 AND 255),
    fingerprint         bytea       NOT NULL CHECK (length(fingerprint) = 32),
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
    CHECK ((status IN ('APPROVED', 'COMPLETED')) = (approved_at IS NOT NULL)),
    CHECK ((status = 'COMPLETED') = (completed_at IS NOT NULL)),
    CHECK ((status = 'FAILED') <= (failure_code IS NOT NULL)),
    CHECK ((status = 'REVIEW') <= (review_reason IS NOT NULL)),
    CHECK ((status = 'EXECUTING') <= (lease_until IS NOT NULL))
);

-- At most one operation of a payment is at the PSP at a time. REVIEW counts as in progress.
CREATE UNIQUE INDEX refunds_in_flight ON refunds (payment_id) WHERE status IN ('EXECUTING', 'UNKNOWN', 'REVIEW');
CREATE INDEX refunds_at_the_psp ON refunds (next_attempt_at) WHERE status IN ('EXECUTING', 'UNKNOWN');
CREATE INDEX refunds_by_payment ON refunds (payment_id, id);
CREATE INDEX refunds_by_status ON refunds (status, id);

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

-- Cancellations known at the PSP, by its transaction keys. One that is not in this table belongs to the refund in
-- progress. Cancellations seen at a manual resolution are recorded too.
CREATE TABLE psp_cancels (
    payment_id      uuid        NOT NULL REFERENCES payments,
    transaction_key text        NOT NULL,
    -- The refund that it belongs to, or at whose resolution it was seen; NULL: seen at the resolution of the payment.
    refund_id       uuid REFERENCES refunds,
    seen_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (payment_id, transaction_key)
);

CREATE TABLE payouts (
    id               uuid PRIMARY KEY,
    seller_id        text        NOT NULL CHECK (seller_id ~ '^[A-Za-z0-9_-]{1,64}$'),
    currency         text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount           bigint      NOT NULL CHECK (amount > 0),
    destination      text        NOT NULL,
    status           text        NOT NULL CHECK (status IN ('REQUESTED', 'BOOKED', 'REJECTED')),
    rejection        text,
    -- The wallet version that the payout requires; NULL: any.
    expected_version bigint CHECK (expected_version >= 0),
    idempotency_key  text        NOT NULL UNIQUE CHECK (length(idempotency_key) BETWEEN 1 AND 255),
    fingerprint      bytea       NOT NULL CHECK (length(fingerprint) = 32),
    cause            text        NOT NULL,
    version          bigint      NOT NULL,
    created_at       timestamptz NOT NULL,
    decided_at       timestamptz,
    position         text,
    CHECK ((status = 'REQUESTED') = (decided_at IS NULL)),
    CHECK ((status = 'REJECTED') = (rejection IS NOT NULL))
);

CREATE INDEX payouts_by_seller ON payouts (seller_id, id);
CREATE INDEX payouts_by_status ON payouts (status, id);

-- Manual resolutions of payments and refunds in REVIEW, with their evidence.
CREATE TABLE resolutions (
    resource_id uuid PRIMARY KEY,
    kind        text        NOT NULL CHECK (kind IN ('PAYMENT', 'REFUND')),
    outcome     text        NOT NULL CHECK (outcome IN ('APPROVED', 'DECLINED', 'FAILED')),
    evidence    text        NOT NULL,
    api_key_id  uuid        NOT NULL REFERENCES api_keys,
    at          timestamptz NOT NULL DEFAULT now()
);

-- For deleting keys by age.
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE FUNCTION refund_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'EXECUTING' THEN
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
        ('UNKNOWN', 'EXECUTING'), ('UNKNOWN', 'APPROVED'), ('UNKNOWN', 'FAILED'), ('UNKNOWN', 'REVIEW'),
        ('REVIEW', 'APPROVED'), ('REVIEW', 'FAILED'),
        ('APPROVED', 'COMPLETED'))
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
    WHEN ((OLD.id, OLD.payment_id, OLD.amount, OLD.reason, OLD.idempotency_key, OLD.fingerprint, OLD.created_at)
              IS DISTINCT FROM
          (NEW.id, NEW.payment_id, NEW.amount, NEW.reason, NEW.idempotency_key, NEW.fingerprint, NEW.created_at))
    EXECUTE FUNCTION terms_are_fixed();

CREATE TRIGGER payout_terms_are_fixed BEFORE UPDATE ON payouts FOR EACH ROW
    WHEN ((OLD.id, OLD.seller_id, OLD.currency, OLD.amount, OLD.destination, OLD.expected_version, OLD.idempotency_key,
           OLD.fingerprint, OLD.created_at)
              IS DISTINCT FROM
          (NEW.id, NEW.seller_id, NEW.currency, NEW.amount, NEW.destination, NEW.expected_version, NEW.idempotency_key,
           NEW.fingerprint, NEW.created_at))
    EXECUTE FUNCTION terms_are_fixed();

GRANT SELECT ON refunds, refund_lines, psp_cancels, payouts, resolutions TO jangbu_payment, jangbu_audit;
GRANT INSERT, UPDATE ON refunds, payouts TO jangbu_payment;
GRANT INSERT, UPDATE (fee) ON refund_lines TO jangbu_payment;
GRANT INSERT (payment_id, transaction_key, refund_id) ON psp_cancels TO jangbu_payment;
GRANT INSERT (resource_id, kind, outcome, evidence, api_key_id) ON resolutions TO jangbu_payment;
GRANT UPDATE (reserved_amount, refunded_fee) ON payment_lines TO jangbu_payment;
