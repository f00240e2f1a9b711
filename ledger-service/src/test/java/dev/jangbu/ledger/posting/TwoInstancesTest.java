package dev.jangbu.ledger.posting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Topics;
import dev.jangbu.ledger.database.LedgerDatabase;
import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.ledger.journal.Journal;
import dev.jangbu.ledger.journal.JournalHash;
import dev.jangbu.ledger.journal.RandomEntries;
import dev.jangbu.testsupport.TemporaryFolder;
import dev.jangbu.testsupport.TestBroker;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills and pauses two instances, each a process, while entries arrive. Afterwards all books must be complete and
 * correct. Repeat a run with {@code -Djangbu.seed=…}.
 */
final class TwoInstancesTest {

    private static final int BOOKS = 4;
    private static final Duration TIMEOUT = Duration.ofSeconds(300);
    private static final Duration BATCH_INTERVAL = Duration.ofMillis(20);
    /** The load pauses at this backlog, so that it never outruns a slow machine. */
    private static final int MAX_BACKLOG = 1_000;
    /** Journals that must be posted between two faults: each fault hits a working service. */
    private static final int JOURNALS_BETWEEN_FAULTS = 20;

    private static final String POSTED = "SELECT coalesce(sum(last_no), 0) FROM books";

    private final long seed = Long.getLong("jangbu.seed", new Random().nextInt(1_000_000));
    private final List<ServiceProcess> instances = new ArrayList<>();

    @TempDir(factory = TemporaryFolder.class)
    private Path directory;

    private enum Kind {
        KILL,
        PAUSE
    }

    /** @param after the delay since the previous fault */
    private record Fault(Kind kind, int instance, Duration after, Duration pause) {}

    @BeforeEach
    void start() throws Exception {
        System.out.println("Seed " + seed);
        LedgerDatabase.fresh();
        TestTopics.recreate(BOOKS);
        for (String name : new String[] {"one", "two"}) {
            ServiceProcess instance = new ServiceProcess(name, directory);
            instances.add(instance);
            instance.start();
        }
        await().atMost(TIMEOUT).until(() -> instances.stream().allMatch(ServiceProcess::isReady));
    }

    @AfterEach
    void end() {
        instances.forEach(ServiceProcess::close);
    }

    @Test
    void killsAndPausesLoseNothing() throws Exception {
        assertLedgerIsCorrectAfter(faults(3, Duration.ofSeconds(8)));
    }

    @Test
    @Tag("proof")
    void manyKillsAndLongPausesLoseNothing() throws Exception {
        assertLedgerIsCorrectAfter(faults(60, Duration.ofSeconds(25)));
    }

    private void assertLedgerIsCorrectAfter(List<Fault> faults) throws Exception {
        AtomicBoolean more = new AtomicBoolean(true);
        CompletableFuture<List<Entry>> load = CompletableFuture.supplyAsync(() -> send(more));
        for (Fault fault : faults) {
            inject(fault);
        }
        more.set(false);
        List<Entry> entries = load.get();
        System.out.printf("%d entries, %d faults%n", entries.size(), faults.size());

        try {
            await().atMost(TIMEOUT).untilAsserted(() -> {
                assertThat(instances).allMatch(ServiceProcess::isReady);
                assertThat(groupOffsets()).isEqualTo(TestTopics.endOffsets(Topics.LEDGER_ENTRIES));
            });
            assertLedgerIsCorrect(entries);
        } catch (AssertionError | RuntimeException e) {
            for (ServiceProcess instance : instances) {
                System.out.println(instance.report());
            }
            throw e;
        }
    }

    /** Alternates kills and pauses. The seed determines instances and times. */
    private List<Fault> faults(int count, Duration longestPause) {
        Random random = new Random(seed);
        List<Fault> faults = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean pauses = i % 2 == 1;
            faults.add(new Fault(
                    pauses ? Kind.PAUSE : Kind.KILL,
                    random.nextInt(instances.size()),
                    Duration.ofMillis(500 + random.nextInt(2_000)),
                    // mostly long enough for the other instance to take over
                    longestPause.multipliedBy(60 + random.nextInt(41)).dividedBy(100)));
        }
        faults.forEach(System.out::println);
        return faults;
    }

    private void inject(Fault fault) throws Exception {
        long before = number(POSTED);
        await().atMost(TIMEOUT).until(() -> number(POSTED) >= before + JOURNALS_BETWEEN_FAULTS);
        TimeUnit.MILLISECONDS.sleep(fault.after().toMillis()); // the schedule of the faults, not a wait for a condition
        ServiceProcess instance = instances.get(fault.instance());
        switch (fault.kind()) {
            case KILL -> {
                instance.kill();
                instance.start();
            }
            case PAUSE -> {
                instance.pause();
                TimeUnit.MILLISECONDS.sleep(fault.pause().toMillis());
                instance.resume();
            }
        }
    }

    /** Sends entries in transactions. Some are aborted; their entries must not be posted. */
    private List<Entry> send(AtomicBoolean more) {
        Random random = new Random(seed);
        RandomEntries history = new RandomEntries(seed, BOOKS, 200);
        List<Entry> sent = new ArrayList<>();
        long posted = 0;
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        TestBroker.address(),
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        "wallets-" + seed),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.initTransactions();
            while (more.get()) {
                if (random.nextInt(10) == 0) {
                    producer.beginTransaction();
                    new RandomEntries(random.nextLong(), BOOKS, 200)
                            .next(5)
                            .forEach(entry -> TestLedger.send(producer, entry, BOOKS));
                    producer.flush();
                    producer.abortTransaction();
                }
                List<Entry> batch = history.next(1 + random.nextInt(20));
                producer.beginTransaction();
                batch.forEach(entry -> TestLedger.send(producer, entry, BOOKS));
                producer.commitTransaction();
                sent.addAll(batch);
                if (sent.size() - posted >= MAX_BACKLOG) {
                    await().atMost(TIMEOUT).until(() -> sent.size() - number(POSTED) < MAX_BACKLOG / 2);
                    posted = number(POSTED);
                }
                TimeUnit.MILLISECONDS.sleep(BATCH_INTERVAL.toMillis()); // the highest rate of the load
            }
        } catch (InterruptedException | SQLException e) {
            throw new IllegalStateException(e);
        }
        return sent;
    }

    private static void assertLedgerIsCorrect(List<Entry> entries) throws Exception {
        Map<UUID, Journal> journals;
        try (Connection connection = LedgerDatabase.connect(LedgerDatabase.AUDIT)) {
            journals = new JournalRows(connection)
                    .find(entries.stream().map(Entry::settlementId).toList());
        }
        // Each entry has one equal journal, and there are no others.
        assertThat(number("SELECT count(*) FROM journals")).isEqualTo(entries.size());
        assertThat(entries)
                .allSatisfy(entry ->
                        assertThat(journals.get(entry.settlementId()).entry()).isEqualTo(entry));
        // Numbers have no gap and hashes match, in the order of Kafka.
        Map<Integer, byte[]> heads = new HashMap<>();
        Map<Integer, Long> numbers = new HashMap<>();
        for (Entry entry : entries) {
            Journal journal = journals.get(entry.settlementId());
            long no = numbers.merge(journal.book(), 1L, Long::sum);
            byte[] hash = JournalHash.of(
                    heads.getOrDefault(journal.book(), JournalHash.genesis()), journal.book(), no, entry);
            heads.put(journal.book(), hash);
            assertThat(journal.no()).isEqualTo(no);
            assertThat(journal.hash()).isEqualTo(ByteBuffer.wrap(hash));
        }
        // A read_committed consumer reads one posting per journal.
        Map<UUID, Integer> postings = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : TestTopics.read(Topics.LEDGER_POSTINGS)) {
            LedgerPosted posted = EntryRecords.POSTINGS.deserializer().deserialize(record.topic(), record.value());
            UUID id = UUID.fromString(posted.getSettlementId());
            Journal journal = journals.get(id);
            postings.merge(id, 1, Integer::sum);
            assertThat(journal).as("of posting %s", id).isNotNull();
            assertThat(posted.getBook()).isEqualTo(journal.book());
            assertThat(posted.getJournalNo()).isEqualTo(journal.no());
            assertThat(posted.getHash()).isEqualTo(journal.hash());
        }
        assertThat(postings).hasSize(entries.size()).allSatisfy((id, times) -> assertThat(times)
                .isEqualTo(1));
        // Balances are the sums of the lines.
        assertThat(number("""
                SELECT count(*) FROM (
                    SELECT book, account, currency, coalesce(sum(amount) FILTER (WHERE side = 'DEBIT'), 0) AS debits,
                           coalesce(sum(amount) FILTER (WHERE side = 'CREDIT'), 0) AS credits
                    FROM lines GROUP BY book, account, currency) l
                FULL JOIN balances b USING (book, account, currency)
                WHERE l.debits IS DISTINCT FROM b.debits OR l.credits IS DISTINCT FROM b.credits""")).isZero();
    }

    private static Map<Integer, Long> groupOffsets() throws Exception {
        try (Admin admin = TestBroker.admin()) {
            Map<Integer, Long> committed = new HashMap<>();
            admin.listConsumerGroupOffsets(KafkaClients.GROUP)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, offset) -> committed.put(partition.partition(), offset.offset()));
            return committed;
        }
    }

    private static long number(String query) throws SQLException {
        try (Connection connection = LedgerDatabase.connect(LedgerDatabase.AUDIT);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }
}
