package dev.jangbu.proving.audit;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.NameBasedId;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Side;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.facts.BookRebuild;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;

/** Writes any number of completed payments of one line each into copies, with their rows, records and journals. */
final class PaymentGenerator {

    private static final int SELLERS = 5_000;
    private static final long AMOUNT_MINOR = 1_000;
    private static final long FEE_MINOR = 50;
    private static final List<Topic<?>> TOPICS = List.of(
            Topics.SETTLEMENT_REQUESTS, Topics.LEDGER_ENTRIES, Topics.LEDGER_POSTINGS, Topics.SETTLEMENT_COMPLETIONS);

    private final Installation stack;
    private final StackCopies copies;
    private final String paymentsCopy;
    private final String ledgerCopy;
    private final String prefix;
    private final AvroSerdes serdes;
    private final Map<String, Serializer<?>> serializers = new HashMap<>();
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);

    /**
     * @param paymentsCopy name of an empty copy of the payments database
     * @param ledgerCopy name of an empty copy of the ledger's database
     * @param prefix of the copies of the topics
     */
    PaymentGenerator(Installation stack, StackCopies copies, String paymentsCopy, String ledgerCopy, String prefix) {
        this.stack = stack;
        this.copies = copies;
        this.paymentsCopy = paymentsCopy;
        this.ledgerCopy = ledgerCopy;
        this.prefix = prefix;
        this.serdes = stack.serdes();
    }

    void write(int count) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.kafka()));
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", stack.kafka(), "batch.size", 200_000, "linger.ms", 20),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
                Table payments =
                        payments("payments (id, order_id, status, currency, amount, psp, payment_key, completed_at)");
                Table paymentLines = payments(
                        "payment_lines (payment_id, line_id, seller_id, amount, fee, refunded_amount, reserved_amount, refunded_fee)");
                Table history = payments("history (resource_id, version, kind, from_status, to_status)");
                Table outbox = payments("outbox (id, aggregateid, payload)");
                Table journals = ledger(
                        "journals (settlement_id, book, no, wallet_id, wallet_version, kind, reference_id, reference_parts, currency,"
                                + " line_count, balance_after, occurred_at, recorded_at, hash)");
                Table lines = ledger(
                        "lines (settlement_id, line_no, line_count, account, side, amount, currency, book, no, recorded_at)")) {
            admin.createTopics(TOPICS.stream()
                            .map(topic -> new NewTopic(prefix + topic.name(), Topics.LOCAL_PARTITIONS, (short) 1))
                            .toList())
                    .all()
                    .get();
            List<BookRebuild> books = new ArrayList<>();
            for (int book = 0; book < Topics.LOCAL_PARTITIONS; book++) {
                books.add(new BookRebuild(book));
            }
            for (int n = 0; n < count; n++) {
                String payment = id(n);
                String settlement =
                        NameBasedId.ofChargedLine("toss", "key-" + n, "1").toString();
                String seller = "m" + n % SELLERS;
                String wallet = seller + ":KRW";
                long version = n / SELLERS + 1L;
                payments.row(payment, "order-" + n, "COMPLETED", "KRW", AMOUNT_MINOR, "toss", "key-" + n, now);
                paymentLines.row(payment, "1", seller, AMOUNT_MINOR, FEE_MINOR, 0, 0, 0);
                history.row(payment, 1, "PAYMENT", "\\N", "READY");
                history.row(payment, 2, "PAYMENT", "READY", "EXECUTING");
                history.row(payment, 3, "PAYMENT", "EXECUTING", "APPROVED");
                history.row(payment, 4, "PAYMENT", "APPROVED", "COMPLETED");
                byte[] request = bytes(
                        Topics.SETTLEMENT_REQUESTS,
                        SettlementRequested.newBuilder()
                                .setSettlementId(settlement)
                                .setKind(SettlementKind.PAYMENT)
                                .setReferenceId(payment)
                                .setReferenceParts(1)
                                .setLineId("1")
                                .setOrderId("order-" + n)
                                .setWalletId(wallet)
                                .setSellerId(seller)
                                .setCurrency("KRW")
                                .setAmount(AMOUNT_MINOR)
                                .setFee(FEE_MINOR)
                                .setPsp("toss")
                                .setOccurredAt(now)
                                .build());
                outbox.row(settlement, wallet, "\\\\x" + HexFormat.of().formatHex(request));
                LedgerEntry entry = entry(settlement, payment, seller, wallet, version);
                int partition = Topic.partitionFor(wallet, Topics.LOCAL_PARTITIONS);
                BookRebuild.Journal journal = books.get(partition).next(entry);
                long no = journal.no();
                String hash = journal.hash();
                journals.row(
                        settlement,
                        partition,
                        no,
                        wallet,
                        version,
                        "PAYMENT",
                        payment,
                        1,
                        "KRW",
                        3,
                        entry.getBalanceAfter(),
                        now,
                        now,
                        "\\\\x" + hash);
                int lineNo = 0;
                for (LedgerLine line : entry.getLines()) {
                    lineNo++;
                    lines.row(
                            settlement,
                            lineNo,
                            3,
                            line.getAccount(),
                            line.getSide(),
                            line.getAmount(),
                            "KRW",
                            partition,
                            no,
                            now);
                }
                LedgerPosted posted = LedgerPosted.newBuilder()
                        .setSettlementId(settlement)
                        .setReferenceId(payment)
                        .setReferenceParts(1)
                        .setKind(SettlementKind.PAYMENT)
                        .setBook(partition)
                        .setJournalNo(no)
                        .setHash(ByteBuffer.wrap(HexFormat.of().parseHex(hash)))
                        .setPostedAt(now)
                        .build();
                SettlementCompleted completed = SettlementCompleted.newBuilder()
                        .setReferenceId(payment)
                        .setKind(SettlementKind.PAYMENT)
                        .setOutcome(Outcome.COMPLETED)
                        .setParts(1)
                        .setCompletedAt(now)
                        .build();
                send(producer, Topics.SETTLEMENT_REQUESTS, wallet, request);
                send(producer, Topics.LEDGER_ENTRIES, wallet, bytes(Topics.LEDGER_ENTRIES, entry));
                send(producer, Topics.LEDGER_POSTINGS, payment, bytes(Topics.LEDGER_POSTINGS, posted));
                send(producer, Topics.SETTLEMENT_COMPLETIONS, payment, bytes(Topics.SETTLEMENT_COMPLETIONS, completed));
            }
            producer.flush();
        }
        index();
    }

    private LedgerEntry entry(String settlement, String payment, String seller, String wallet, long version) {
        return LedgerEntry.newBuilder()
                .setSettlementId(settlement)
                .setKind(SettlementKind.PAYMENT)
                .setReferenceId(payment)
                .setReferenceParts(1)
                .setCurrency("KRW")
                .setLines(List.of(
                        new LedgerLine("psp:toss:receivable", Side.DEBIT, AMOUNT_MINOR),
                        new LedgerLine("seller:" + seller + ":payable", Side.CREDIT, AMOUNT_MINOR - FEE_MINOR),
                        new LedgerLine("platform:fees", Side.CREDIT, FEE_MINOR)))
                .setWalletId(wallet)
                .setBalanceAfter(version * (AMOUNT_MINOR - FEE_MINOR))
                .setWalletVersion(version)
                .setOccurredAt(now)
                .setRecordedAt(now)
                .build();
    }

    /** A UUIDv7 of the current time; ascending in n. */
    private String id(long n) {
        return new UUID((now.toEpochMilli() << 16) | 0x7000, 0x8000_0000_0000_0000L | n).toString();
    }

    private <T extends SpecificRecord> byte[] bytes(Topic<T> topic, T value) {
        return serializer(topic).serialize(topic.name(), value);
    }

    @SuppressWarnings("unchecked") // Each topic's serializer is stored under the topic's name.
    private <T extends SpecificRecord> Serializer<T> serializer(Topic<T> topic) {
        return (Serializer<T>) serializers.computeIfAbsent(
                topic.name(), name -> serdes.of(topic).serializer());
    }

    private void send(KafkaProducer<byte[], byte[]> producer, Topic<?> topic, String key, byte[] value) {
        var unused = producer.send(new ProducerRecord<>(
                prefix + topic.name(),
                Topic.partitionFor(key, Topics.LOCAL_PARTITIONS),
                key.getBytes(StandardCharsets.UTF_8),
                value));
    }

    /** Creates the keys of the services' tables, which the audit relies on. */
    private void index() throws SQLException {
        execute(
                paymentsCopy,
                "CREATE UNIQUE INDEX ON payments (id)",
                "CREATE INDEX ON payment_lines (payment_id)",
                "CREATE UNIQUE INDEX ON outbox (id)",
                "CREATE UNIQUE INDEX ON history (resource_id, version)",
                "ANALYZE");
        execute(
                ledgerCopy,
                "CREATE UNIQUE INDEX ON journals (settlement_id)",
                "CREATE UNIQUE INDEX ON journals (book, no)",
                "CREATE UNIQUE INDEX ON journals (wallet_id, wallet_version)",
                "CREATE INDEX ON journals (reference_id)",
                "CREATE UNIQUE INDEX ON lines (settlement_id, line_no)",
                """
                INSERT INTO balances (book, account, currency, debits, credits)
                SELECT j.book, l.account, l.currency, coalesce(sum(l.amount) FILTER (WHERE l.side = 'DEBIT'), 0),
                       coalesce(sum(l.amount) FILTER (WHERE l.side = 'CREDIT'), 0)
                  FROM lines l
                  JOIN journals j USING (settlement_id)
                 GROUP BY j.book, l.account, l.currency
                """,
                """
                INSERT INTO books (book, next_offset, last_no, head_hash)
                SELECT DISTINCT ON (book) book, no, no, hash FROM journals ORDER BY book, no DESC
                """,
                "ANALYZE");
    }

    private void execute(String database, String... statements) throws SQLException {
        try (Connection connection = copies.superuser(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private Table payments(String table) throws SQLException {
        return new Table(copies.superuser(paymentsCopy), table);
    }

    private Table ledger(String table) throws SQLException {
        return new Table(copies.superuser(ledgerCopy), table);
    }

    /** A table that rows are copied into. */
    private static final class Table implements AutoCloseable {

        private static final int BUFFERED = 64 * 1024;

        private final Connection connection;
        private final CopyIn copy;
        private final StringBuilder buffer = new StringBuilder();

        Table(Connection connection, String table) throws SQLException {
            this.connection = connection;
            this.copy =
                    new CopyManager(connection.unwrap(BaseConnection.class)).copyIn("COPY " + table + " FROM STDIN");
        }

        void row(Object... columns) throws SQLException {
            for (int i = 0; i < columns.length; i++) {
                buffer.append(i == 0 ? "" : "\t").append(columns[i]);
            }
            buffer.append('\n');
            if (buffer.length() > BUFFERED) {
                flush();
            }
        }

        private void flush() throws SQLException {
            byte[] bytes = buffer.toString().getBytes(StandardCharsets.UTF_8);
            copy.writeToCopy(bytes, 0, bytes.length);
            buffer.setLength(0);
        }

        @Override
        public void close() throws SQLException {
            flush();
            copy.endCopy();
            connection.close();
        }
    }
}
