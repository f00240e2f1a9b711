package dev.jangbu.operator.restore;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.PoisonRecordException;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.contract.UuidText;
import dev.jangbu.contract.replay.DeadLetter;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Compares the settlement requests on Kafka with the database, in batches. Keeps in memory what the database lacks, and
 * the ids of the outbox. Reads only; not thread-safe.
 */
final class KafkaComparison {

    /** Outbox rows are kept for 7 days. One day of margin: an older row may have been deleted. */
    private static final Duration OUTBOX_KEPT_FOR = Duration.ofDays(6);

    private static final int BATCH = 2_000;

    private static final String KNOWN = """
            SELECT (request.no - 1)::integer AS index, coalesce(p.status, r.status, o.status) AS status,
                   EXISTS (SELECT FROM outbox WHERE id = request.settlement_id) AS has_row
              FROM unnest(?, ?) WITH ORDINALITY AS request (settlement_id, reference_id, no)
              LEFT JOIN payments p ON p.id = request.reference_id
              LEFT JOIN refunds r ON r.id = request.reference_id
              LEFT JOIN payouts o ON o.id = request.reference_id
             ORDER BY index
            """;

    /** Requests are kept for 14 days: Kafka can't tell about older rows. */
    private static final String OUTBOX = "SELECT id FROM outbox WHERE created_at > now() - interval '13 days'";

    private static final Set<String> SETTLED = Set.of("APPROVED", "COMPLETED", "REQUESTED", "BOOKED", "REJECTED");

    private final String kafka;
    private final Deserializer<SettlementRequested> requests;
    private final Deserializer<LedgerEntry> entries;
    private final Database database;
    private final Clock clock;

    private final Map<UUID, Lost> lost = new LinkedHashMap<>();
    private final Map<UUID, KafkaRequest> lackingRows = new LinkedHashMap<>();
    private final Set<UUID> unpublished = new HashSet<>();
    private final Map<UUID, String> refused = new LinkedHashMap<>();

    private KafkaComparison(String kafka, RecordSerdes serdes, Database database, Clock clock) {
        this.kafka = kafka;
        this.requests = serdes.of(Topics.SETTLEMENT_REQUESTS).deserializer();
        this.entries = serdes.of(Topics.LEDGER_ENTRIES).deserializer();
        this.database = database;
        this.clock = clock;
    }

    /**
     * What the database lacks.
     *
     * @param references settled according to Kafka, in the order in which they are to be restored
     * @param lackingRows requests whose outbox row should still exist
     * @param unpublished ids of the outbox rows that Kafka lacks
     * @param refused references with a request that the wallet processor refused, because another one has its id; and
     *     the reason
     */
    record Result(
            List<LostReference> references,
            List<KafkaRequest> lackingRows,
            Set<UUID> unpublished,
            Map<UUID, String> refused) {}

    /** A row of the database beside a request. */
    private record Known(int index, @Nullable String status, boolean hasRow) {}

    private record Lost(SettlementKind kind, @Nullable String status, Map<UUID, KafkaRequest> parts) {}

    /** Reads all requests and entries. Takes minutes if there are millions. */
    static Result compare(String kafka, RecordSerdes serdes, Database database, Clock clock) throws SQLException {
        return new KafkaComparison(kafka, serdes, database, clock).compare();
    }

    private Result compare() throws SQLException {
        unpublished.addAll(database.list(OUTBOX, row -> row.getObject("id", UUID.class)));
        Map<String, DeadLetter> conflicts = conflicts();
        try (CommittedTopic topic = open(Topics.SETTLEMENT_REQUESTS)) {
            for (List<ConsumerRecord<byte[], byte[]>> batch :
                    topic.batches(topic.beginningOffsets(), topic.endOffsets())) {
                compareRequests(batch, conflicts);
            }
        }
        try (CommittedTopic topic = open(Topics.LEDGER_ENTRIES)) {
            for (List<ConsumerRecord<byte[], byte[]>> batch :
                    topic.batches(topic.beginningOffsets(), topic.endOffsets())) {
                compareEntries(batch);
            }
        }
        return new Result(
                lost.entrySet().stream()
                        .map(entry -> reference(entry.getKey(), entry.getValue()))
                        .sorted(LostReference.ORDER)
                        .toList(),
                List.copyOf(lackingRows.values()),
                unpublished,
                refused);
    }

    /** By origin, the requests that were refused because another one has their id. */
    private Map<String, DeadLetter> conflicts() {
        Map<String, DeadLetter> origins = new HashMap<>();
        try (CommittedTopic topic = open(Topics.SETTLEMENT_DEAD_LETTERS)) {
            for (ConsumerRecord<byte[], byte[]> record : topic.records()) {
                if ("ID_CONFLICT".equals(EventHeaders.text(record.headers(), DeadLetters.CAUSE))) {
                    DeadLetter letter = DeadLetter.of(record);
                    origins.put(letter.origin(), letter);
                }
            }
        }
        return origins;
    }

    private void compareRequests(List<ConsumerRecord<byte[], byte[]>> records, Map<String, DeadLetter> conflicts)
            throws SQLException {
        List<KafkaRequest> batch = new ArrayList<>();
        List<ConsumerRecord<byte[], byte[]>> origins = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (!EventHeaders.SOURCE_OUTBOX.equals(EventHeaders.text(record.headers(), EventHeaders.CE_SOURCE))) {
                // Not a request of this database, for instance a forged one: it is a dead letter, or becomes one.
                continue;
            }
            read(record).ifPresent(request -> {
                unpublished.remove(request.settlementId());
                batch.add(request);
                origins.add(record);
            });
        }
        long oldest = clock.millis() - OUTBOX_KEPT_FOR.toMillis();
        for (Known known : known(batch)) {
            KafkaRequest request = batch.get(known.index());
            ConsumerRecord<byte[], byte[]> record = origins.get(known.index());
            DeadLetter conflict =
                    conflicts.get("%s-%d@%d".formatted(record.topic(), record.partition(), record.offset()));
            // An older letter is of a topic that was deleted: "restore wallets" creates it again.
            if (conflict != null && conflict.writtenAt().toEpochMilli() >= record.timestamp()) {
                if (isLost(known.status())) {
                    refused.put(request.referenceId(), conflict.reason());
                }
                continue;
            }
            if (!known.hasRow() && record.timestamp() > oldest) {
                lackingRows.putIfAbsent(request.settlementId(), request);
            }
            keepIfLost(request, known.status());
        }
    }

    private void compareEntries(List<ConsumerRecord<byte[], byte[]>> records) throws SQLException {
        List<KafkaRequest> batch = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            readEntry(record).ifPresent(entry -> {
                unpublished.remove(entry.settlementId());
                batch.add(entry);
            });
        }
        for (Known known : known(batch)) {
            keepIfLost(batch.get(known.index()), known.status());
        }
    }

    private List<Known> known(List<KafkaRequest> batch) throws SQLException {
        return database.list(
                KNOWN,
                row -> new Known(row.getInt("index"), row.getString("status"), row.getBoolean("has_row")),
                batch.stream().map(KafkaRequest::settlementId).toArray(UUID[]::new),
                batch.stream().map(KafkaRequest::referenceId).toArray(UUID[]::new));
    }

    private void keepIfLost(KafkaRequest request, @Nullable String status) {
        if (isLost(status)) {
            lost.computeIfAbsent(
                            request.referenceId(),
                            id -> new Lost(request.request().getKind(), status, new LinkedHashMap<>()))
                    .parts()
                    // A request tells more than its entry, and is read before it.
                    .putIfAbsent(request.settlementId(), request);
        }
    }

    private static boolean isLost(@Nullable String status) {
        return status == null || !SETTLED.contains(status);
    }

    private static LostReference reference(UUID id, Lost lost) {
        List<KafkaRequest> parts = new ArrayList<>(lost.parts().values());
        parts.sort((one, other) -> Integer.compare(part(one), part(other)));
        return new LostReference(id, lost.kind(), lost.status(), parts);
    }

    private static int part(KafkaRequest request) {
        Integer part = request.request().getPart();
        return part == null ? Integer.MAX_VALUE : part;
    }

    private Optional<KafkaRequest> read(ConsumerRecord<byte[], byte[]> record) {
        SettlementRequested request;
        try {
            request = requests.deserialize(record.topic(), record.value());
        } catch (PoisonRecordException e) {
            // It is a dead letter.
            return Optional.empty();
        }
        return kafkaRequest(
                request,
                record.value(),
                time(record).orElse(request.getOccurredAt()),
                EventHeaders.text(record.headers(), EventHeaders.TRACEPARENT),
                record.offset());
    }

    private Optional<KafkaRequest> readEntry(ConsumerRecord<byte[], byte[]> record) {
        try {
            SettlementRequested request = request(entries.deserialize(record.topic(), record.value()));
            return kafkaRequest(request, null, request.getOccurredAt(), null, record.offset());
        } catch (PoisonRecordException e) {
            return Optional.empty();
        }
    }

    private static Optional<KafkaRequest> kafkaRequest(
            SettlementRequested request,
            byte @Nullable [] payload,
            Instant time,
            @Nullable String traceparent,
            long offset) {
        Optional<UUID> id = UuidText.parseLowerCase(request.getSettlementId());
        Optional<UUID> reference = UuidText.parseLowerCase(request.getReferenceId());
        return id.isEmpty() || reference.isEmpty() || request.getKind() == SettlementKind.UNKNOWN
                ? Optional.empty()
                : Optional.of(new KafkaRequest(id.get(), reference.get(), request, payload, time, traceparent, offset));
    }

    private static Optional<Instant> time(ConsumerRecord<byte[], byte[]> record) {
        String text = EventHeaders.text(record.headers(), EventHeaders.CE_TIME);
        try {
            return text == null
                    ? Optional.empty()
                    : Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** What an entry tells of its request. */
    private static SettlementRequested request(LedgerEntry entry) {
        boolean isPayout = entry.getKind() == SettlementKind.PAYOUT;
        String psp = "";
        long amount = 0;
        long fee = 0;
        for (LedgerLine line : entry.getLines()) {
            String account = line.getAccount();
            if (account.startsWith("psp:")) {
                psp = account.substring("psp:".length(), account.lastIndexOf(':'));
                amount = line.getAmount();
            } else if (account.equals("platform:payouts")) {
                amount = line.getAmount();
            } else if (account.equals("platform:fees")) {
                fee = line.getAmount();
            }
        }
        String wallet = entry.getWalletId();
        return SettlementRequested.newBuilder()
                .setSettlementId(entry.getSettlementId())
                .setKind(entry.getKind())
                .setReferenceId(entry.getReferenceId())
                .setReferenceParts(entry.getReferenceParts())
                .setLineId(isPayout ? entry.getReferenceId() : "")
                .setOrderId("")
                .setWalletId(wallet)
                .setSellerId(wallet.substring(0, Math.max(0, wallet.lastIndexOf(':'))))
                .setCurrency(entry.getCurrency())
                .setAmount(amount)
                .setFee(fee)
                .setExpectedVersion(null)
                .setPsp(psp)
                .setOccurredAt(entry.getOccurredAt())
                .setPart(entry.getPart())
                .build();
    }

    private CommittedTopic open(Topic<?> topic) {
        return CommittedTopic.open(
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka, ConsumerConfig.MAX_POLL_RECORDS_CONFIG, BATCH),
                topic.name(),
                CommittedTopic.STALL_TIMEOUT);
    }
}
