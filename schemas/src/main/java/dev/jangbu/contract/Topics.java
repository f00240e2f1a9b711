package dev.jangbu.contract;

import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_COMPACT;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_DELETE;
import static org.apache.kafka.common.config.TopicConfig.MAX_MESSAGE_BYTES_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.RETENTION_MS_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.SEGMENT_MS_CONFIG;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The catalogue of topics, in the order of a payment's flow:
 *
 * <pre>
 *   settlement.requests ─▶ wallet processor ─▶ ledger.entries ─▶ ledger-service ─▶ ledger.postings
 *   ledger.postings ─▶ completion processor ─▶ settlement.completions
 * </pre>
 */
public final class Topics {

    /** Partitions of every keyed topic on one machine. */
    public static final int LOCAL_PARTITIONS = 4;

    /** Partitions of every keyed topic in production; also the largest number of instances of a service. */
    public static final int PRODUCTION_PARTITIONS = 48;

    private static final String FOREVER = "-1";

    /**
     * Written by the outbox, read by the wallet processor. The broker sets the timestamps, so that the processor
     * compares ids with a time that no producer can set.
     */
    public static final Topic<SettlementRequested> SETTLEMENT_REQUESTS = new Topic<>(
            "settlement.requests",
            "walletId",
            SettlementRequested.class,
            true,
            keptFor(days(14), MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime"));

    /** Written by the wallet processor only, read by ledger-service. Kept forever: the books are rebuilt from it. */
    public static final Topic<LedgerEntry> LEDGER_ENTRIES =
            new Topic<>("ledger.entries", "walletId", LedgerEntry.class, true, keptFor(FOREVER));

    /** Written by ledger-service only, read by the completion processor. Kept forever: it has the books' hashes. */
    public static final Topic<LedgerPosted> LEDGER_POSTINGS =
            new Topic<>("ledger.postings", "referenceId", LedgerPosted.class, true, keptFor(FOREVER));

    /** Written by the processors only, read by payment-api and other consumers. */
    public static final Topic<SettlementCompleted> SETTLEMENT_COMPLETIONS =
            new Topic<>("settlement.completions", "referenceId", SettlementCompleted.class, true, keptFor(days(30)));

    /** Written by every service that can't process a record, read by operators: see {@link DeadLetters}. */
    public static final Topic<byte[]> SETTLEMENT_DEAD_LETTERS = new Topic<>(
            "settlement.dead-letters",
            "the original key",
            null,
            false,
            keptFor(FOREVER, MAX_MESSAGE_BYTES_CONFIG, Integer.toString(DeadLetters.MAX_BYTES)));

    /** Written by the dead-letter replay tool, read by operators: each replay with its operator, time and reason. */
    public static final Topic<DeadLetterReplayed> SETTLEMENT_REPLAYS =
            new Topic<>("settlement.replays", "referenceId", DeadLetterReplayed.class, false, keptFor(FOREVER));

    /**
     * Written by payment-api, read by its instances and by operators: the newest mark of the payments database. Segments
     * of an hour keep the topic small, because the newest one is never compacted.
     */
    public static final Topic<DatabaseMark> PAYMENT_MARKS = new Topic<>(
            "payment.marks",
            "database",
            DatabaseMark.class,
            false,
            Map.of(
                    CLEANUP_POLICY_CONFIG,
                    CLEANUP_POLICY_COMPACT,
                    SEGMENT_MS_CONFIG,
                    Long.toString(Duration.ofHours(1).toMillis())));

    /**
     * Exists while {@code ./jangbu restore wallets} rebuilds the topics from the ledger. The settlement topology does not
     * start meanwhile. It has no records.
     */
    public static final String RESTORING_WALLETS = "restoring.wallets";

    /** Every topic. */
    public static final List<Topic<?>> ALL = List.of(
            SETTLEMENT_REQUESTS,
            LEDGER_ENTRIES,
            LEDGER_POSTINGS,
            SETTLEMENT_COMPLETIONS,
            SETTLEMENT_DEAD_LETTERS,
            SETTLEMENT_REPLAYS,
            PAYMENT_MARKS);

    private Topics() {}

    /** The topic of this name; empty if the catalogue has none. */
    public static Optional<Topic<?>> find(String name) {
        return ALL.stream().filter(topic -> topic.name().equals(name)).findFirst();
    }

    private static Map<String, String> keptFor(String retentionMs) {
        return Map.of(CLEANUP_POLICY_CONFIG, CLEANUP_POLICY_DELETE, RETENTION_MS_CONFIG, retentionMs);
    }

    private static Map<String, String> keptFor(String retentionMs, String setting, String value) {
        return Map.of(CLEANUP_POLICY_CONFIG, CLEANUP_POLICY_DELETE, RETENTION_MS_CONFIG, retentionMs, setting, value);
    }

    private static String days(int days) {
        return Long.toString(Duration.ofDays(days).toMillis());
    }
}
