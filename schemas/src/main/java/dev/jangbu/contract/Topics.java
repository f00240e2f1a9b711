package dev.jangbu.contract;

import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.CLEANUP_POLICY_DELETE;
import static org.apache.kafka.common.config.TopicConfig.MAX_MESSAGE_BYTES_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG;
import static org.apache.kafka.common.config.TopicConfig.RETENTION_MS_CONFIG;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The catalogue of topics, in the order in which a payment passes them:
 *
 * <pre>
 *   settlement.requests ─▶ wallet desk ─▶ ledger.entries ─▶ ledger ─▶ ledger.postings ─▶ completion desk ─▶ settlement.completions
 * </pre>
 */
public final class Topics {

    /** Partitions of every keyed topic on one machine. */
    public static final int LOCAL_PARTITIONS = 4;

    /** Partitions of every keyed topic in production: the most instances that a service can ever have. */
    public static final int PRODUCTION_PARTITIONS = 48;

    private static final String FOR_EVER = "-1";

    /**
     * Written by the outbox, read by the wallet desk. The broker stamps the records: the desk measures ids against this
     * time, which no producer can set.
     */
    public static final Topic<SettlementRequested> SETTLEMENT_REQUESTS = new Topic<>(
            "settlement.requests",
            "walletId",
            SettlementRequested.class,
            true,
            Map.of(
                    CLEANUP_POLICY_CONFIG,
                    CLEANUP_POLICY_DELETE,
                    RETENTION_MS_CONFIG,
                    days(14),
                    MESSAGE_TIMESTAMP_TYPE_CONFIG,
                    "LogAppendTime"));

    /** Written by the wallet desk alone, read by ledger-service. Kept for ever: the book is rebuilt from it. */
    public static final Topic<LedgerEntry> LEDGER_ENTRIES =
            new Topic<>("ledger.entries", "walletId", LedgerEntry.class, true, keptFor(FOR_EVER));

    /** Written by ledger-service alone, read by the completion desk. Kept for ever: it witnesses the book's hashes. */
    public static final Topic<LedgerPosted> LEDGER_POSTINGS =
            new Topic<>("ledger.postings", "referenceId", LedgerPosted.class, true, keptFor(FOR_EVER));

    /** Written by the desks alone, read by payment-api and anyone. */
    public static final Topic<SettlementCompleted> SETTLEMENT_COMPLETIONS =
            new Topic<>("settlement.completions", "referenceId", SettlementCompleted.class, true, keptFor(days(30)));

    /** Written by whoever met a record that can't be read, read by people: see {@link DeadLetters}. */
    public static final Topic<byte[]> SETTLEMENT_DEAD_LETTERS = new Topic<>(
            "settlement.dead-letters",
            "as it came",
            null,
            false,
            Map.of(
                    CLEANUP_POLICY_CONFIG,
                    CLEANUP_POLICY_DELETE,
                    RETENTION_MS_CONFIG,
                    FOR_EVER,
                    MAX_MESSAGE_BYTES_CONFIG,
                    Integer.toString(DeadLetters.MAX_BYTES)));

    /** Written by the tool that replays dead letters, read by people: who sent which of them again, when and why. */
    public static final Topic<DeadLetterReplayed> SETTLEMENT_REPLAYS =
            new Topic<>("settlement.replays", "referenceId", DeadLetterReplayed.class, false, keptFor(FOR_EVER));

    /** Every topic. */
    public static final List<Topic<?>> ALL = List.of(
            SETTLEMENT_REQUESTS,
            LEDGER_ENTRIES,
            LEDGER_POSTINGS,
            SETTLEMENT_COMPLETIONS,
            SETTLEMENT_DEAD_LETTERS,
            SETTLEMENT_REPLAYS);

    private Topics() {}

    private static Map<String, String> keptFor(String retentionMs) {
        return Map.of(CLEANUP_POLICY_CONFIG, CLEANUP_POLICY_DELETE, RETENTION_MS_CONFIG, retentionMs);
    }

    private static String days(int days) {
        return Long.toString(Duration.ofDays(days).toMillis());
    }
}
