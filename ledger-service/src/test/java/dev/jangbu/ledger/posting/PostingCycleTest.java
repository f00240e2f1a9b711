package dev.jangbu.ledger.posting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.LedgerDatabase;
import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.ledger.journal.TestEntries;
import dev.jangbu.testsupport.TcpProxy;
import dev.jangbu.testsupport.TestBroker;
import dev.jangbu.testsupport.TestPostgres;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Posting on a real broker and a real PostgreSQL. */
final class PostingCycleTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(180);
    /** A limit of 12 s and the waits for a connection; the rest is a slow machine. */
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(45);

    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private final List<Runnable> cleanUp = new ArrayList<>();

    @BeforeEach
    void fresh() throws Exception {
        LedgerDatabase.fresh();
        TestTopics.recreate();
    }

    @AfterEach
    void end() {
        cleanUp.reversed().forEach(Runnable::run);
    }

    @Test
    void eachEntryIsPostedOnceAndNoLagRemains() throws Exception {
        PostingInstance instance = start("one");
        List<Entry> entries = IntStream.range(0, 40)
                .mapToObj(i -> TestEntries.payment("seller" + i))
                .toList();
        entries.forEach(this::send);

        List<ConsumerRecord<byte[], byte[]>> postings = awaitPostings(40);

        assertThat(postings)
                .extracting(record -> posting(record).getSettlementId())
                .containsExactlyInAnyOrderElementsOf(entries.stream()
                        .map(entry -> entry.settlementId().toString())
                        .toList());
        ConsumerRecord<byte[], byte[]> first = postings.getFirst();
        assertThat(new String(first.key(), StandardCharsets.UTF_8))
                .isEqualTo(posting(first).getReferenceId());
        assertThat(EventHeaders.text(first.headers(), EventHeaders.CE_ID))
                .isEqualTo(posting(first).getSettlementId());
        assertThat(EventHeaders.text(first.headers(), EventHeaders.TRACEPARENT)).isEqualTo(TRACE);
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(groupOffsets())
                .isEqualTo(TestTopics.endOffsets(Topics.LEDGER_ENTRIES)));
        assertThat(instance.status.isReady()).isTrue();
    }

    @Test
    void unpublishedPostingsAreBuiltFromTheStoredJournals() throws Exception {
        Entry entry = TestEntries.payment("a");
        send(entry);
        // Given an instance that crashed between its two transactions.
        commitGroupOffsets(0);
        try (Database database = new Database(TestPostgres.address(), Database.NAME, TestPostgres.PASSWORD, 1)) {
            BookWriter writer = new BookWriter(database.forPosting(), Clock.systemUTC());
            int book = partition(entry);
            writer.create(book);
            writer.post(
                    book,
                    0,
                    List.of(new Decoded.EntryRecord(
                            EntryRecords.record(book, 0, EntryRecords.key(entry), new byte[0]), entry)),
                    1);
        }
        String stored = text("SELECT encode(hash, 'hex') FROM journals");

        start("one");

        List<ConsumerRecord<byte[], byte[]>> postings = awaitPostings(1);
        byte[] hash = new byte[32];
        posting(postings.getFirst()).getHash().get(hash);
        assertThat(HexFormat.of().formatHex(hash)).isEqualTo(stored);
        assertThat(text("SELECT count(*) FROM journals")).isEqualTo("1");
    }

    @Test
    void aRestoredDatabaseIsFilledAgainAndNothingIsPublishedTwice() throws Exception {
        PostingInstance instance = start("one");
        for (int i = 0; i < 10; i++) {
            send(TestEntries.payment("early" + i));
        }
        awaitPostings(10);
        LedgerDatabase.backUp();
        for (int i = 0; i < 10; i++) {
            send(TestEntries.payment("late" + i));
        }
        awaitPostings(20);
        String hashesBefore = "SELECT string_agg(encode(hash, 'hex'), ' ' ORDER BY book, no) FROM journals "
                + "WHERE wallet_id <> 'last:KRW'";
        String before = text(hashesBefore);

        LedgerDatabase.restore();
        // The running instance meets an older database, and briefly none.
        send(TestEntries.payment("last"));

        awaitPostings(21);
        // The book without a new entry is filled too.
        await().atMost(TIMEOUT).ignoreExceptions().untilAsserted(() -> assertThat(text("SELECT count(*) FROM journals"))
                .isEqualTo("21"));
        assertThat(text(hashesBefore)).isEqualTo(before);
        await().atMost(TIMEOUT).until(instance.status::isReady);
        assertThat(postings()).hasSize(21);
    }

    @Test
    void aMissingGroupOffsetStopsABookWithRecordsAndOthersContinue() throws Exception {
        Entry known = TestEntries.payment("a");
        PostingInstance first = start("one");
        send(known);
        awaitPostings(1);
        first.stop();
        try (Admin admin = TestBroker.admin()) {
            admin.deleteConsumerGroupOffsets(
                            KafkaClients.GROUP,
                            Set.of(new TopicPartition(Topics.LEDGER_ENTRIES.name(), partition(known))))
                    .all()
                    .get();
        }

        PostingInstance second = start("one");

        await().atMost(TIMEOUT).until(() -> second.status.stopped() == 1);
        assertThat(second.status.books().get(partition(known)).reason()).contains("offset is missing");
        send(entryOfAnotherBook(known));
        awaitPostings(2);
        assertThat(second.status.isReady()).isTrue();
    }

    @Test
    void aRefusedEntryStopsItsBookAfterTheEntriesBeforeItAndOthersContinue() throws Exception {
        PostingInstance instance = start("one");
        Entry good = TestEntries.payment("a");
        Entry gap = TestEntries.payment("a", 3, 11_400);
        send(good);
        send(gap);
        send(TestEntries.payment("a", 2, 11_400));

        await().atMost(TIMEOUT).until(() -> instance.status.stopped() == 1);
        send(entryOfAnotherBook(good));

        awaitPostings(2);
        assertThat(instance.status.books().get(partition(good)).reason())
                .contains(gap.settlementId().toString(), "JL004");
        assertThat(groupOffsets().get(partition(good))).isEqualTo(1);
        assertThat(text("SELECT count(*) FROM journals")).isEqualTo("2");
    }

    @Test
    void poisonGoesToTheDeadLettersAndItsBookContinues() throws Exception {
        start("one");
        Entry entry = TestEntries.payment("a");
        send(partition(entry), EntryRecords.key(entry), new byte[] {1, 2, 3});
        send(entry);

        awaitPostings(1);

        List<ConsumerRecord<byte[], byte[]>> deadLetters = TestTopics.read(Topics.SETTLEMENT_DEAD_LETTERS);
        assertThat(deadLetters).hasSize(1);
        assertThat(deadLetters.getFirst().value()).containsExactly(1, 2, 3);
        assertThat(EventHeaders.text(deadLetters.getFirst().headers(), DeadLetters.OFFSET))
                .isEqualTo("0");
        assertThat(EventHeaders.text(deadLetters.getFirst().headers(), DeadLetters.TOPIC))
                .isEqualTo(Topics.LEDGER_ENTRIES.name());
    }

    @Test
    void aSecondInstanceTakesOverAndNothingIsPublishedTwice() throws Exception {
        PostingInstance first = start("one");
        for (int i = 0; i < 100; i++) {
            send(TestEntries.payment("before" + i));
        }
        await().atMost(TIMEOUT).until(() -> !postings().isEmpty());
        PostingInstance second = start("two");
        for (int i = 0; i < 100; i++) {
            send(TestEntries.payment("while" + i));
        }
        await().atMost(TIMEOUT).until(() -> second.status.books().size() == 1);
        first.stop();
        for (int i = 0; i < 100; i++) {
            send(TestEntries.payment("after" + i));
        }

        awaitPostings(300);

        assertThat(postings())
                .extracting(record -> posting(record).getSettlementId())
                .doesNotHaveDuplicates();
        assertThat(text("SELECT count(*) FROM journals")).isEqualTo("300");
        assertThat(text("SELECT count(*) FROM journal_hashes WHERE stored <> computed"))
                .isEqualTo("0");
        assertThat(second.status.books()).hasSize(TestTopics.PARTITIONS);
    }

    @Test
    void anInstancePausedBeforePublishingCannotPublishWhatItsSuccessorPublished() throws Exception {
        // Given an instance that has written a journal and is paused before the Kafka transaction,
        CountDownLatch reachedPause = new CountDownLatch(1);
        CountDownLatch resume = new CountDownLatch(1);
        PostingInstance paused = new PostingInstance("paused", producer -> pausing(producer, reachedPause, resume));
        cleanUp.add(paused::stop);
        cleanUp.add(resume::countDown);
        paused.loop.start();
        await().atMost(TIMEOUT).until(paused.status::isReady);
        Entry entry = TestEntries.payment("a");
        send(entry);
        assertThat(reachedPause.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        // and is removed from the group, so that a successor publishes the posting of the stored journal.
        try (Admin admin = TestBroker.admin()) {
            admin.removeMembersFromConsumerGroup(KafkaClients.GROUP, new RemoveMembersFromConsumerGroupOptions())
                    .all()
                    .get();
        }
        start("successor");
        awaitPostings(1);

        resume.countDown();

        await().atMost(TIMEOUT).until(() -> paused.status.outage() == null && paused.status.isReady());
        send(TestEntries.payment("a", 2, 11_400));
        send(entryOfAnotherBook(entry));
        awaitPostings(3);
        assertThat(text("SELECT count(*) FROM journals")).isEqualTo("3");
    }

    /** Wraps a producer so that it pauses before each transaction until {@code resume}. */
    private static Producer<byte[], byte[]> pausing(
            Producer<byte[], byte[]> producer, CountDownLatch reachedPause, CountDownLatch resume) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            if (method.getName().equals("beginTransaction")) {
                reachedPause.countDown();
                resume.await();
            }
            try {
                return method.invoke(producer, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        @SuppressWarnings("unchecked") // The proxy implements Producer.
        Producer<byte[], byte[]> pausing = (Producer<byte[], byte[]>)
                Proxy.newProxyInstance(Producer.class.getClassLoader(), new Class<?>[] {Producer.class}, handler);
        return pausing;
    }

    @Test
    void postingWaitsForTheDatabaseAndContinues() throws Exception {
        PostingInstance instance = start("one");
        send(TestEntries.payment("a"));
        awaitPostings(1);
        TestPostgres.execute(
                "ALTER DATABASE jangbu_ledger ALLOW_CONNECTIONS false",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'jangbu_ledger'");
        send(TestEntries.payment("b"));
        await().atMost(TIMEOUT).until(() -> instance.status.outage() != null);
        assertThat(instance.status.isReady()).isFalse();

        TestPostgres.execute("ALTER DATABASE jangbu_ledger ALLOW_CONNECTIONS true");

        awaitPostings(2);
        await().atMost(TIMEOUT).until(instance.status::isReady);
        assertThat(instance.status.stopped()).isZero();
    }

    /** No connection is reset: those that were open in the black hole stay dead. */
    @Test
    void postingAndReadsGiveUpConnectionsThatDoNotAnswer() throws Exception {
        try (TcpProxy proxy = new TcpProxy(TestPostgres.address())) {
            PostingInstance instance = new PostingInstance("one", producer -> producer, proxy.address());
            cleanUp.add(instance::stop);
            instance.loop.start();
            send(TestEntries.payment("a"));
            awaitPostings(1);
            DataSource reads = instance.database.forReading();
            try (Connection first = reads.getConnection();
                    Connection second = reads.getConnection()) {
                assertAnswers(first);
                assertAnswers(second);
            }

            proxy.swallow();
            send(TestEntries.payment("b"));
            await().atMost(ANSWERED_WITHIN).until(() -> instance.status.outage() != null);
            assertThat(instance.status.isReady()).isFalse();
            long begin = System.nanoTime();
            assertThatThrownBy(() -> {
                        try (Connection connection = reads.getConnection()) {
                            assertAnswers(connection);
                        }
                    })
                    .isInstanceOf(SQLException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(ANSWERED_WITHIN);

            proxy.forward();
            awaitPostings(2);
            await().atMost(TIMEOUT).until(instance.status::isReady);
            await().atMost(TIMEOUT).ignoreExceptions().untilAsserted(() -> {
                try (Connection first = reads.getConnection();
                        Connection second = reads.getConnection()) {
                    assertAnswers(first);
                    assertAnswers(second);
                }
            });
            await().atMost(TIMEOUT).until(() -> proxy.dead() == 0);
            assertThat(instance.status.stopped()).isZero();
        }
    }

    private static void assertAnswers(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT 1")) {
            assertThat(row.next()).isTrue();
        }
    }

    @Test
    void anInstanceWithoutABookIsReadyAfterAnOutage() throws Exception {
        // Given more instances than books, started before the topics exist.
        TestBroker.reset();
        List<PostingInstance> instances = IntStream.rangeClosed(0, TestTopics.PARTITIONS)
                .mapToObj(i -> begin("instance" + i))
                .toList();
        await().atMost(TIMEOUT).until(() -> instances.stream().allMatch(each -> each.status.outage() != null));

        TestTopics.create(TestTopics.PARTITIONS);

        await().atMost(TIMEOUT).untilAsserted(() -> {
            assertThat(instances).extracting(each -> each.status.books().size()).containsExactlyInAnyOrder(1, 1, 0);
            assertThat(instances).allMatch(each -> each.status.isReady());
        });
    }

    private PostingInstance start(String name) {
        PostingInstance instance = begin(name);
        await().atMost(TIMEOUT).until(instance.status::isReady);
        return instance;
    }

    private PostingInstance begin(String name) {
        PostingInstance instance = new PostingInstance(name);
        cleanUp.add(instance::stop);
        instance.loop.start();
        return instance;
    }

    private static int partition(Entry entry) {
        return Topic.partitionFor(entry.walletId(), TestTopics.PARTITIONS);
    }

    private static Entry entryOfAnotherBook(Entry entry) {
        return IntStream.range(0, 100)
                .mapToObj(i -> TestEntries.payment("other" + i))
                .filter(other -> partition(other) != partition(entry))
                .findFirst()
                .orElseThrow();
    }

    private void send(Entry entry) {
        send(partition(entry), EntryRecords.key(entry), EntryRecords.value(EntryRecords.avro(entry)));
    }

    private static void send(int partition, byte[] key, byte[] value) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(Topics.LEDGER_ENTRIES.name(), partition, key, value);
        EventHeaders.add(record.headers(), EventHeaders.TRACEPARENT, TRACE);
        assertThat(PRODUCER.send(record)).succeedsWithin(TIMEOUT);
    }

    private static final KafkaProducer<byte[], byte[]> PRODUCER = new KafkaProducer<>(
            Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, TestBroker.address(), ProducerConfig.LINGER_MS_CONFIG, 0),
            new ByteArraySerializer(),
            new ByteArraySerializer());

    private static List<ConsumerRecord<byte[], byte[]>> awaitPostings(int count) {
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(postings()).hasSizeGreaterThanOrEqualTo(count));
        List<ConsumerRecord<byte[], byte[]>> postings = postings();
        assertThat(postings).hasSize(count);
        return postings;
    }

    private static List<ConsumerRecord<byte[], byte[]>> postings() {
        return TestTopics.read(Topics.LEDGER_POSTINGS);
    }

    private static LedgerPosted posting(ConsumerRecord<byte[], byte[]> record) {
        return EntryRecords.POSTINGS.deserializer().deserialize(record.topic(), record.value());
    }

    private static Map<Integer, Long> groupOffsets() throws Exception {
        try (Admin admin = TestBroker.admin()) {
            return admin
                    .listConsumerGroupOffsets(KafkaClients.GROUP)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .entrySet()
                    .stream()
                    .collect(Collectors.toMap(offset -> offset.getKey().partition(), offset -> offset.getValue()
                            .offset()));
        }
    }

    private static void commitGroupOffsets(long offset) throws Exception {
        try (Admin admin = TestBroker.admin()) {
            admin.alterConsumerGroupOffsets(
                            KafkaClients.GROUP,
                            partitions().stream()
                                    .collect(Collectors.toMap(
                                            partition -> partition, partition -> new OffsetAndMetadata(offset))))
                    .all()
                    .get();
        }
    }

    private static List<TopicPartition> partitions() {
        return IntStream.range(0, TestTopics.PARTITIONS)
                .mapToObj(partition -> new TopicPartition(Topics.LEDGER_ENTRIES.name(), partition))
                .toList();
    }

    private static String text(String query) throws SQLException {
        try (Connection connection = LedgerDatabase.connect(LedgerDatabase.AUDIT);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }
}
