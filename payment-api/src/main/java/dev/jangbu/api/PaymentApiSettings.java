package dev.jangbu.api;

import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.util.unit.DataSize;

/**
 * What an operator sets; the defaults stand in {@code application.yaml}.
 *
 * @param registry the schema registry's base URL
 * @param streamsUrl where wallet reads are forwarded to
 * @param ledgerUrl where ledger reads are forwarded to
 * @param expiryAfter after which a payment that is only created, or only queued, expires
 * @param devApiKey if not empty, a key with all scopes is made of it at the start; for development alone
 */
@ConfigurationProperties("jangbu")
public record PaymentApiSettings(
        URI registry,
        URI streamsUrl,
        URI ledgerUrl,
        String devApiKey,
        Duration expiryAfter,
        ReplicationSlot replicationSlot,
        Idempotency idempotency,
        GroupCommitSettings groupCommit,
        Async async,
        Recovery recovery,
        Psp psp) {

    /** @param maxRetainedWal new payments are refused while the slot holds back more WAL than this */
    public record ReplicationSlot(DataSize maxRetainedWal) {}

    /** @param keptFor how long a key is remembered */
    public record Idempotency(Duration keptFor) {}

    /**
     * How calls that come close together share a statement.
     *
     * @param linger from one statement to the next of its kind, unless {@code maxBatch} calls wait; zero: each call has its own
     * @param maxBatch how many calls one statement takes
     */
    public record GroupCommitSettings(Duration linger, int maxBatch) {}

    /**
     * @param queueLimit how many accepted payments may wait for the PSP; beyond it a call is told to come again
     * @param concurrency how many of them are at the PSP at once
     */
    public record Async(int queueLimit, int concurrency) {}

    /**
     * @param leaseMargin how much longer than the PSP's time-out a claim lasts
     * @param maxAttempts after so many without an answer a person decides (REVIEW)
     * @param backoffFirst the wait after the first attempt that gave no answer; it doubles
     * @param backoffMax the longest wait
     * @param concurrency how many open payments, and as many open refunds, are asked about at once
     */
    public record Recovery(
            Duration leaseMargin, int maxAttempts, Duration backoffFirst, Duration backoffMax, int concurrency) {

        /**
         * How long to wait after an attempt that gave no answer: not at all after the first, whose answer may be there by
         * now; then ever longer.
         *
         * @param attempt counts from 1
         */
        public Duration backoff(int attempt) {
            if (attempt <= 1) {
                return Duration.ZERO;
            }
            Duration doubled = backoffFirst.multipliedBy(1L << Math.min(attempt - 2, 20));
            return doubled.compareTo(backoffMax) > 0 ? backoffMax : doubled;
        }
    }

    /**
     * @param url the PSP's base URL
     * @param secret the secret key, never logged
     * @param timeout after which a call's outcome is unknown
     */
    public record Psp(URI url, String secret, Duration timeout) {

        @Override
        public String toString() {
            return "Psp[url=" + url + ", timeout=" + timeout + "]";
        }
    }

    public PaymentApiSettings {
        require(psp.timeout().isPositive(), "jangbu.psp.timeout must be above 0");
        require(expiryAfter.isPositive(), "jangbu.expiry-after must be above 0");
        require(
                recovery.leaseMargin().compareTo(Duration.ofMillis(500)) >= 0,
                "jangbu.recovery.lease-margin must be at least 500ms: a lease must outlast its call");
        require(recovery.maxAttempts() > 0, "jangbu.recovery.max-attempts must be above 0");
        require(recovery.backoffFirst().isPositive(), "jangbu.recovery.backoff-first must be above 0");
        require(recovery.concurrency() > 0, "jangbu.recovery.concurrency must be above 0");
        require(
                !groupCommit.linger().isNegative() && groupCommit.linger().compareTo(Duration.ofSeconds(1)) <= 0,
                "jangbu.group-commit.linger must be from 0 to 1s: buyers wait for it");
        require(
                groupCommit.maxBatch() > 0 && groupCommit.maxBatch() <= 1_000,
                "jangbu.group-commit.max-batch must be from 1 to 1000");
        require(async.queueLimit() >= 0, "jangbu.async.queue-limit must be at least 0");
        require(async.concurrency() > 0, "jangbu.async.concurrency must be above 0");
        require(idempotency.keptFor().isPositive(), "jangbu.idempotency.kept-for must be above 0");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /** How long a claim of one call to the PSP lasts: no answer can come later than that. */
    public Duration lease() {
        return psp.timeout().plus(recovery.leaseMargin());
    }

    /** How long a claim to find out lasts: that is up to three calls, two questions and a charge. */
    public Duration resolutionLease() {
        return psp.timeout().multipliedBy(3).plus(recovery.leaseMargin());
    }

    @Override
    public String toString() {
        return "PaymentApiSettings[registry=" + registry + ", psp=" + psp + "]";
    }
}
