package dev.jangbu.operator.restore;

import static dev.jangbu.operator.restore.LostInstallation.SERDES;
import static dev.jangbu.operator.restore.LostInstallation.approved;
import static dev.jangbu.operator.restore.LostInstallation.charged;
import static dev.jangbu.operator.restore.LostInstallation.payout;
import static dev.jangbu.operator.restore.LostInstallation.rows;
import static dev.jangbu.operator.restore.LostInstallation.sql;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.NameBasedId;
import dev.jangbu.contract.Rejection;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.restore.LostInstallation.WalletsRun;
import dev.jangbu.testsupport.TestBroker;
import dev.jangbu.testsupport.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@link WalletRestoration} on both databases and Kafka, without the stores, which are streams-processor's. */
final class WalletRestorationTest {

    private static final int PARTITIONS = 4;
    private static final String RECORDED_AT = "2026-11-20T06:01:00.5Z";

    private LostInstallation lost;

    @BeforeEach
    void start() {
        lost = new LostInstallation();
        TestPostgres.recreate("jangbu_ledger");
        TestPostgres.migrate(
                "jangbu_ledger", Path.of("..", "ledger-service", "src", "main", "resources", "db", "migration"));
    }

    @AfterEach
    void stop() {
        lost.close();
    }

    @Test
    void entriesAndPostingsAreWrittenAsTheServicesHaveWrittenThem() throws Exception {
        post(charged("order-1", 2, 1).build(), 1);
        post(charged("order-1", 2, 2).build(), 1);
        post(charged("order-2", 1, 1).build(), 2);

        WalletsRun run = lost.restoreWallets(false, false, 0);

        assertThat(run.nothingLeft()).as(run.text()).isTrue();
        List<ConsumerRecord<byte[], byte[]>> entries = records(Topics.LEDGER_ENTRIES);
        assertThat(entries).hasSize(3).allSatisfy(record -> {
            LedgerEntry entry = value(Topics.LEDGER_ENTRIES, record);
            assertThat(record.partition()).isEqualTo(Topic.partitionFor(entry.getWalletId(), PARTITIONS));
            assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo(entry.getWalletId());
            assertThat(record.timestamp()).isEqualTo(entry.getRecordedAt().toEpochMilli());
            assertThat(EventHeaders.text(record.headers(), EventHeaders.CE_ID)).isEqualTo(entry.getSettlementId());
            assertThat(EventHeaders.text(record.headers(), EventHeaders.CE_TYPE))
                    .isEqualTo(EventHeaders.TYPE_LEDGER_ENTRY);
        });
        assertThat(entries)
                .map(record -> value(Topics.LEDGER_ENTRIES, record))
                .filteredOn(entry -> entry.getWalletId().equals("s1:KRW"))
                .extracting(LedgerEntry::getWalletVersion, LedgerEntry::getBalanceAfter, LedgerEntry::getPart)
                .containsExactly(tuple(1L, 9_500L, 1), tuple(2L, 19_000L, 1));
        assertThat(records(Topics.LEDGER_POSTINGS)).hasSize(3).allSatisfy(record -> {
            LedgerPosted posting = value(Topics.LEDGER_POSTINGS, record);
            assertThat(ledger("SELECT encode(hash, 'hex') FROM journals WHERE settlement_id = '"
                            + posting.getSettlementId() + "' AND book = " + posting.getBook() + " AND no = "
                            + posting.getJournalNo()))
                    .containsExactly(HexFormat.of().formatHex(posting.getHash().array()));
        });
        assertThat(run.environment())
                .containsEntry("JANGBU_APPLICATION_ID", "jangbu-settlement")
                .containsEntry("JANGBU_REPLICATION_FACTOR", "1");
    }

    @Test
    void theOffsetsOfTheBooksAreTheEndsOfTheNewTopic() throws Exception {
        post(charged("order-1", 1, 1).build(), 1);
        ledgerSql("UPDATE books SET next_offset = 17");

        lost.restoreWallets(false, false, 0);

        int book = Topic.partitionFor("s1:KRW", PARTITIONS);
        assertThat(ledger("SELECT book, next_offset, last_no FROM books")).containsExactly(book + " 1 1");
        try (Admin admin = TestBroker.admin()) {
            assertThat(admin.listConsumerGroupOffsets("jangbu-ledger")
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .get(new TopicPartition(Topics.LEDGER_ENTRIES.name(), book))
                            .offset())
                    .isEqualTo(1);
        }
        assertThatThrownBy(() -> ledgerSql("UPDATE books SET next_offset = 0"))
                .as("the trigger is enabled again")
                .hasMessageContaining("check constraint");
        ledgerSql("UPDATE books SET next_offset = 5");
        assertThatThrownBy(() -> ledgerSql("UPDATE books SET next_offset = 4")).hasMessageContaining("would decrease");
    }

    @Test
    void aRejectedPayoutIsRememberedAndItsCompletionPublished() throws Exception {
        UUID id = rejectedPayout("key-1", "'key-1', decode(repeat('00', 32), 'hex'), NULL");

        WalletsRun run = lost.restoreWallets(false, false, 0);

        assertThat(run.rejected())
                .isEqualTo("%s %s s1:KRW 1795154400000\n"
                        .formatted(NameBasedId.ofPayoutSettlement("default", "key-1"), id));
        assertThat(records(Topics.SETTLEMENT_COMPLETIONS)).singleElement().satisfies(record -> {
            SettlementCompleted completion = value(Topics.SETTLEMENT_COMPLETIONS, record);
            assertThat(completion.getReferenceId()).isEqualTo(id.toString());
            assertThat(completion.getRejection()).isEqualTo(Rejection.INSUFFICIENT_FUNDS);
        });
    }

    /** Its settlement id is the name of client and key, and the key is lost. */
    @Test
    void aRejectedPayoutWithoutItsKeyIsRememberedByItsOutboxRow() throws Exception {
        UUID id = rejectedPayout("key-2", "NULL, NULL, now()");
        SettlementRequested request = payout("key-2", 5).build();
        sql("INSERT INTO outbox (id, aggregateid, payload, ce_time) VALUES ('%s', 's1:KRW', decode('%s', 'hex'), now())"
                .formatted(
                        request.getSettlementId(),
                        HexFormat.of()
                                .formatHex(SERDES.of(Topics.SETTLEMENT_REQUESTS)
                                        .serializer()
                                        .serialize(Topics.SETTLEMENT_REQUESTS.name(), request))));

        WalletsRun run = lost.restoreWallets(false, false, 0);

        assertThat(run.rejected()).startsWith(request.getSettlementId() + " " + id + " s1:KRW ");
        assertThat(run.text()).contains("1 outbox rows are to be published");
    }

    /** @param key key, fingerprint and time of the restoration, in SQL */
    private static UUID rejectedPayout(String name, String key) {
        UUID id = NameBasedId.ofPayout("default", name);
        sql("""
                INSERT INTO payouts (id, client_id, seller_id, currency, amount, destination, status, cause, version,
                                     created_at, idempotency_key, fingerprint, restored_at)
                VALUES ('%s', 'default', 's1', 'KRW', 5, 'bank-1', 'REQUESTED', 'request', 1, now(), %s)""".formatted(id, key), """
                UPDATE payouts
                   SET status = 'REJECTED', rejection = 'INSUFFICIENT_FUNDS', cause = 'completion', version = 2,
                       decided_at = '2026-11-20T06:00:00Z'
                 WHERE id = '%s'""".formatted(id));
        return id;
    }

    @Test
    void survivingRecordsAreDeletedOnlyOnDemand() throws Exception {
        lost.publish(charged("order-1", 1, 1));

        assertThatThrownBy(() -> lost.restoreWallets(false, false, 0))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("--discard-kafka");
        assertThat(records(Topics.SETTLEMENT_REQUESTS)).hasSize(1);

        assertThat(lost.restoreWallets(false, true, 0).text())
                .contains("to be deleted: settlement.requests, at most 1");
        assertThat(records(Topics.SETTLEMENT_REQUESTS)).isEmpty();
        assertThat(lost.connectRequests())
                .containsSubsequence(
                        "PUT /connectors/outbox/stop",
                        "DELETE /connectors/outbox/offsets",
                        "PUT /connectors/outbox/resume");
    }

    @Test
    void anInterruptedRunIsRepeatedWithoutTheOption() throws Exception {
        post(charged("order-1", 1, 1).build(), 1);
        assertThatThrownBy(() -> lost.restoreWallets(false, false, 137)).hasMessageContaining("Run this command again");
        try (Admin admin = TestBroker.admin()) {
            assertThat(admin.listTopics().names().get()).contains(Topics.RESTORING_WALLETS);
        }
        assertThat(rows("SELECT count(*) FROM marks WHERE epoch > 0")).containsExactly("0");

        assertThat(lost.restoreWallets(false, false, 0).nothingLeft()).isTrue();

        assertThat(records(Topics.LEDGER_ENTRIES)).hasSize(1);
        try (Admin admin = TestBroker.admin()) {
            assertThat(admin.listTopics().names().get()).doesNotContain(Topics.RESTORING_WALLETS);
        }
        assertThat(rows("SELECT count(*) FROM marks WHERE epoch > 0")).containsExactly("1");
    }

    @Test
    void aRunningServiceIsNamed() throws Exception {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", TestBroker.address(), "group.id", "jangbu-ledger"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(Topics.LEDGER_ENTRIES.name()));
            while (consumer.assignment().isEmpty()) {
                consumer.poll(Duration.ofMillis(100));
            }

            assertThatThrownBy(() -> lost.restoreWallets(true, false, 0))
                    .hasMessage("Stop these services first: ledger-service (group jangbu-ledger).");
        }
    }

    @Test
    void aPaymentThatIsOlderThanTheOutboxIsForAPerson() throws Exception {
        UUID open = approved("order-1", 1);
        UUID posted = approved("order-2", 1);
        UUID undecided = approved("order-3", 1);
        sql("UPDATE payments SET approved_at = now() - interval '9 days' WHERE id IN ('%s', '%s')"
                .formatted(open, posted));
        sql("""
                INSERT INTO outbox (id, aggregateid, payload, ce_time, created_at)
                VALUES ('%s', 's1:KRW', '\\x000000000100', now(), now() - interval '1 day')""".formatted(charged("order-3", 1, 1).getSettlementId()));
        post(charged("order-2", 1, 1).build(), 1);

        WalletsRun run = lost.restoreWallets(true, false, 0);

        assertThat(run.nothingLeft()).isFalse();
        assertThat(run.text())
                .contains("For a person (1)", "payment " + open + " of order-1")
                .doesNotContain(posted.toString(), undecided.toString());
        assertThat(lost.connectRequests()).isEmpty();
    }

    @Test
    void aBookBeyondTheTopicsIsRefused() {
        ledgerSql("""
                INSERT INTO books (book, next_offset) VALUES (9, 0)""");

        assertThatThrownBy(() -> {
                    ledgerSql("ALTER TABLE books DISABLE TRIGGER head_is_checked");
                    ledgerSql("UPDATE books SET last_no = 1, next_offset = 1");
                    lost.restoreWallets(false, false, 0);
                })
                .hasMessageContaining("The ledger has a book 9, but the topics have 4 partitions");
    }

    /** Posts the journal of a payment, as ledger-service does. */
    private static void post(SettlementRequested request, long version) {
        String wallet = request.getWalletId();
        int book = Topic.partitionFor(wallet, PARTITIONS);
        long net = request.getAmount() - request.getFee();
        String seller = "seller:" + request.getSellerId() + ":payable";
        List<String> lines = List.of(
                "'psp:toss:receivable', 'DEBIT', " + request.getAmount(),
                "'" + seller + "', 'CREDIT', " + net,
                "'platform:fees', 'CREDIT', " + request.getFee());
        List<String> statements = new ArrayList<>(List.of(
                "BEGIN",
                "INSERT INTO accounts (code, kind) VALUES ('psp:toss:receivable', 'ASSET'), ('%s', 'LIABILITY'),"
                                .formatted(seller)
                        + " ('platform:fees', 'REVENUE') ON CONFLICT DO NOTHING",
                "INSERT INTO books (book) VALUES (%d) ON CONFLICT DO NOTHING".formatted(book)));
        for (int n = 0; n < lines.size(); n++) {
            statements.add("""
                    INSERT INTO lines (line_no, account, side, amount, settlement_id, line_count, currency, book, no,
                                       recorded_at)
                    SELECT %d, %s, '%s', 3, 'KRW', book, last_no + 1, '%s' FROM books WHERE book = %d""".formatted(n + 1, lines.get(n), request.getSettlementId(), RECORDED_AT, book));
        }
        statements.add("""
                WITH unhashed AS (
                    SELECT ROW('%s', book, last_no + 1, '%s', %d, 'PAYMENT', '%s', %d, %d, 'KRW', 3, %d, '%s', '%s', '%s',
                               ''::bytea)::journals AS journal, head_hash
                      FROM books WHERE book = %d),
                hashed AS (
                    SELECT journal, journal_hash(head_hash, journal,
                               (SELECT string_agg(canonical_line(l), ''::bytea ORDER BY l.line_no)
                                  FROM lines l WHERE l.settlement_id = (journal).settlement_id)) AS hash
                      FROM unhashed)
                INSERT INTO journals
                SELECT (journal).settlement_id, (journal).book, (journal).no, (journal).wallet_id,
                       (journal).wallet_version, (journal).kind, (journal).reference_id, (journal).reference_parts,
                       (journal).part, (journal).currency, (journal).line_count, (journal).balance_after,
                       (journal).occurred_at, (journal).recorded_at, (journal).posted_at, hash FROM hashed""".formatted(
                        request.getSettlementId(),
                        wallet,
                        version,
                        request.getReferenceId(),
                        request.getReferenceParts(),
                        request.getPart(),
                        net * version,
                        request.getOccurredAt(),
                        RECORDED_AT,
                        RECORDED_AT,
                        book));
        statements.add("""
                UPDATE books b SET next_offset = next_offset + 2, last_no = last_no + 1,
                       head_hash = (SELECT hash FROM journals j WHERE j.book = b.book AND j.no = b.last_no + 1)
                 WHERE book = %d""".formatted(book));
        statements.add("COMMIT");
        ledgerSql(statements.toArray(String[]::new));
    }

    private static void ledgerSql(String... statements) {
        try (Connection connection = TestPostgres.connect("jangbu_ledger", TestPostgres.SUPERUSER);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static List<String> ledger(String query) {
        List<String> rows = new ArrayList<>();
        try (Connection connection = TestPostgres.connect("jangbu_ledger", TestPostgres.SUPERUSER);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                List<String> columns = new ArrayList<>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    columns.add(row.getString(i));
                }
                rows.add(String.join(" ", columns));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return rows;
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(Topic<?> topic) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (CommittedTopic committed = CommittedTopic.open(TestBroker.address(), topic)) {
            committed.records().forEach(records::add);
        }
        return records;
    }

    private static <T extends SpecificRecord> T value(Topic<T> topic, ConsumerRecord<byte[], byte[]> record) {
        Deserializer<T> deserializer = SERDES.of(topic).deserializer();
        return deserializer.deserialize(topic.name(), record.value());
    }
}
