package dev.jangbu.api.settings;

import dev.jangbu.contract.CurrencyCode;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings under {@code jangbu}, each with its default. Every one can be set by an environment variable:
 * {@code jangbu.psp.timeout} is {@code JANGBU_PSP_TIMEOUT}. A value that would break a guarantee stops the start.
 *
 * @param registry base URL of the schema registry
 * @param streamsUrl base URL of the streams processor, which answers wallet reads
 * @param ledgerUrl base URL of the ledger service, which answers ledger reads
 * @param connect base URL of Kafka Connect, which runs the outbox connector
 * @param devApiKey an API key with all scopes to create at the start; for development only. Empty: none
 * @param expiryAfter time in READY or ACCEPTED after which a payment expires
 * @param markInterval time between two marks of the database, and between two judgements of a closed one
 */
@ConfigurationProperties("jangbu")
public record PaymentApiSettings(
        @DefaultValue("http://127.0.0.1:8084") URI registry,
        @DefaultValue("http://127.0.0.1:8081") URI streamsUrl,
        @DefaultValue("http://127.0.0.1:8082") URI ledgerUrl,
        @DefaultValue("http://127.0.0.1:8083") URI connect,
        @DefaultValue("") String devApiKey,
        @DefaultValue("30m") Duration expiryAfter,
        @DefaultValue("2s") Duration markInterval,
        @DefaultValue RateLimit rateLimit,
        @DefaultValue ReplicationSlot replicationSlot,
        @DefaultValue Idempotency idempotency,
        @DefaultValue GroupCommitSettings groupCommit,
        @DefaultValue Async async,
        @DefaultValue Recovery recovery,
        @DefaultValue Psp psp,
        @DefaultValue Limits limits,
        @DefaultValue Cors cors) {

    /**
     * The request rate of one API key on one instance.
     *
     * @param perSecond sustained requests a second; 0: no limit
     * @param burst requests at once after a pause; the larger of this and {@code perSecond} applies
     */
    public record RateLimit(
            @DefaultValue("0") int perSecond,
            @DefaultValue("0") int burst) {

        public RateLimit {
            require(perSecond >= 0, "jangbu.rate-limit.per-second must be at least 0");
            require(burst >= 0, "jangbu.rate-limit.burst must be at least 0");
        }

        public boolean isEnabled() {
            return perSecond > 0;
        }

        /** The size of the token bucket. */
        public int capacity() {
            return Math.max(perSecond, burst);
        }
    }

    /**
     * @param maxRetainedWal new payments are refused while the slot retains more WAL; keep it well below the server's
     *     {@code max_slot_wal_keep_size}, at which the slot is lost
     * @param inactiveGrace new payments are refused if nothing has read the slot for longer: longer than a restart of
     *     Connect or Kafka
     */
    public record ReplicationSlot(
            @DefaultValue("2GB") DataSize maxRetainedWal,
            @DefaultValue("5m") Duration inactiveGrace) {

        public ReplicationSlot {
            require(inactiveGrace.toSeconds() >= 1, "jangbu.replication-slot.inactive-grace must be at least 1s");
        }
    }

    /** @param keptFor how long a key and its response are stored */
    public record Idempotency(@DefaultValue("24h") Duration keptFor) {

        public Idempotency {
            require(keptFor.isPositive(), "jangbu.idempotency.kept-for must be above 0");
        }
    }

    /**
     * Batching of creations, confirmations and outcomes into shared statements. The first call after a pause is not
     * delayed.
     *
     * @param linger minimum time between two statements of one kind, unless {@code maxBatch} calls are queued; 0: one
     *     statement for each call
     * @param maxBatch maximum number of calls in one statement
     */
    public record GroupCommitSettings(
            @DefaultValue("10ms") Duration linger,
            @DefaultValue("64") int maxBatch) {

        public GroupCommitSettings {
            require(
                    !linger.isNegative() && linger.compareTo(Duration.ofSeconds(1)) <= 0,
                    "jangbu.group-commit.linger must be from 0 to 1s: clients wait for it");
            require(maxBatch > 0 && maxBatch <= 1_000, "jangbu.group-commit.max-batch must be from 1 to 1000");
        }
    }

    /**
     * @param queueLimit maximum number of payments in ACCEPTED; beyond it a confirmation is refused with 503
     * @param concurrency payments of the queue that one instance sends to the PSP at a time
     */
    public record Async(
            @DefaultValue("10000") int queueLimit,
            @DefaultValue("16") int concurrency) {

        public Async {
            require(queueLimit >= 0, "jangbu.async.queue-limit must be at least 0");
            require(concurrency > 0, "jangbu.async.concurrency must be above 0");
        }
    }

    /**
     * @param leaseMargin how much longer a lease lasts than the PSP calls that it covers
     * @param maxAttempts attempts without a result after which the payment or refund goes to REVIEW
     * @param backoffFirst delay after the second attempt; doubles with each further one
     * @param backoffMax maximum delay
     * @param concurrency payments, and as many refunds, that one instance inquires about at a time
     */
    public record Recovery(
            @DefaultValue("5s") Duration leaseMargin,
            @DefaultValue("20") int maxAttempts,
            @DefaultValue("1s") Duration backoffFirst,
            @DefaultValue("60s") Duration backoffMax,
            @DefaultValue("8") int concurrency) {

        public Recovery {
            require(
                    leaseMargin.compareTo(Duration.ofMillis(500)) >= 0,
                    "jangbu.recovery.lease-margin must be at least 500ms: a lease must outlast its call");
            require(maxAttempts > 0, "jangbu.recovery.max-attempts must be above 0");
            require(backoffFirst.isPositive(), "jangbu.recovery.backoff-first must be above 0");
            require(concurrency > 0, "jangbu.recovery.concurrency must be above 0");
        }

        /**
         * The delay after an attempt without a result: zero after the first, because the result may be available by
         * then; exponential after the others.
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
     * @param url base URL of the PSP
     * @param secret secret key, never logged
     * @param timeout time without a response after which the outcome of a call is unknown
     * @param clockTolerance tolerated lag of the PSP's clock; a charge older than its payment by more is never approved
     *     without a person
     * @param currencies those that the merchant's contract with the PSP includes, ISO 4217 letters; payments in others are
     *     refused at their creation
     * @param keyMemory how long the PSP repeats its answer to an idempotency key; afterwards a refund is not sent again
     */
    public record Psp(
            @DefaultValue("http://127.0.0.1:8090") URI url,
            @DefaultValue("") String secret,
            @DefaultValue("10s") Duration timeout,
            @DefaultValue("1s") Duration clockTolerance,
            @DefaultValue("15d") Duration keyMemory,
            @DefaultValue({"KRW", "USD"}) List<String> currencies) {

        public Psp {
            require(timeout.isPositive(), "jangbu.psp.timeout must be above 0");
            require(!clockTolerance.isNegative(), "jangbu.psp.clock-tolerance must be at least 0");
            require(keyMemory.compareTo(timeout) > 0, "jangbu.psp.key-memory must be longer than jangbu.psp.timeout");
            require(
                    !currencies.isEmpty() && CurrencyCode.current().keySet().containsAll(currencies),
                    "jangbu.psp.currencies must be current currencies of ISO 4217, separated by commas");
            currencies = List.copyOf(currencies);
        }

        @Override
        public String toString() {
            return "Psp[url=" + url + ", timeout=" + timeout + "]";
        }
    }

    /**
     * @param maxPaymentAmount the largest amount of a payment or a payout, in minor units
     * @param bodyTimeout time for the arrival of a request's body
     */
    public record Limits(
            @DefaultValue("1000000000000000") long maxPaymentAmount,
            @DefaultValue("30s") Duration bodyTimeout) {

        /** The largest amount of any request, in minor units: JavaScript's numbers are exact up to here. */
        public static final long LARGEST_AMOUNT_MINOR = (1L << 53) - 1;

        public Limits {
            require(
                    maxPaymentAmount > 0 && maxPaymentAmount <= LARGEST_AMOUNT_MINOR,
                    "jangbu.limits.max-payment-amount must be from 1 to " + LARGEST_AMOUNT_MINOR);
            require(bodyTimeout.isPositive(), "jangbu.limits.body-timeout must be above 0");
        }
    }

    /**
     * @param origins origins whose pages may call the API, scheme://host[:port], or * for all; none: no header of the CORS
     *     protocol is sent
     */
    public record Cors(@DefaultValue({}) List<String> origins) {

        private static final Pattern ORIGIN = Pattern.compile("\\*|https?://[^/\\s*]+");

        public Cors {
            require(
                    origins.stream().allMatch(origin -> ORIGIN.matcher(origin).matches()),
                    "jangbu.cors.origins must be origins such as https://shop.example, separated by commas, or *");
            origins = List.copyOf(origins);
        }
    }

    public PaymentApiSettings {
        require(expiryAfter.isPositive(), "jangbu.expiry-after must be above 0");
        require(markInterval.isPositive(), "jangbu.mark-interval must be above 0");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /**
     * The lease of a PSP call. It outlasts the call. A refusal is looked up by a second call, which may lose the lease:
     * the recovery then continues.
     */
    public Duration lease() {
        return psp.timeout().plus(recovery.leaseMargin());
    }

    /** The lease of a recovery, which makes up to four PSP calls: two inquiries, a charge, and one after a refusal. */
    public Duration recoveryLease() {
        return psp.timeout().multipliedBy(4).plus(recovery.leaseMargin());
    }

    @Override
    public String toString() {
        return "PaymentApiSettings[registry=" + registry + ", psp=" + psp + "]";
    }
}
