package dev.jangbu.proving.audit;

import static dev.jangbu.proving.stack.Shop.line;
import static dev.jangbu.proving.stack.Shop.newOrderId;
import static dev.jangbu.proving.stack.Shop.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.stack.SharedStack;
import dev.jangbu.proving.stack.Shop;
import dev.jangbu.proving.stack.TopicReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The audit finds each violation that is planted in a copy of a stack's data. */
@Tag("proof")
class PlantedViolationIT {

    /** The offsets of consumer groups of the shared stack. */
    private static final String GROUPS = "consumer groups";

    private static final Duration LIMIT = Duration.ofMinutes(5);

    private static Installation stack;
    private static StackCopies copies;
    private static ProgressReporter progress;

    @BeforeAll
    static void createEveryKindOfMovement() throws Exception {
        stack = SharedStack.running().address();
        progress = new ProgressReporter(line -> {});
        try (HttpApi api = new HttpApi(stack.api(), stack.apiKey())) {
            createMovements(api);
        }
        AuditReport report = new Audit(stack, LIMIT, true, progress).run();
        assertThat(report.outcome()).as("%s", report).isEqualTo(AuditReport.Outcome.HOLDS);
        assertThat(report.findings()).allSatisfy(finding -> assertThat(finding.examined())
                .as("%s examines something", finding.name())
                .isPositive());
        copies = StackCopies.of(stack);
    }

    @AfterAll
    static void stopProgress() {
        progress.close();
    }

    private static void createMovements(HttpApi api) throws IOException {
        Shop shop = new Shop(api);
        // payment-api may not have seen the replication slot before the first call.
        String id = await("the first payment")
                .atMost(LIMIT)
                .ignoreExceptionsInstanceOf(IllegalStateException.class)
                .until(
                        () -> shop.create(
                                order(newOrderId(), line("violation-a", 12_000, 600), line("violation-b", 8_000, 300))),
                        created -> !created.isEmpty());
        assertThat(shop.confirm(id, key(), "violation_" + id, 20_000).status()).isEqualTo(200);
        shop.awaitStatus(id, "COMPLETED");
        Response partial = api.post(
                "/payments/" + id + "/refunds",
                key(),
                "{\"lines\":[{\"lineId\":\"1\",\"amount\":5000}],\"reason\":\"broken\"}");
        assertThat(partial.status()).as("%s", partial).isEqualTo(201);
        String declined = shop.create("violation-a", 3_000);
        assertThat(shop.confirm(declined, key(), "sim_declined_" + declined, 3_000)
                        .status())
                .isEqualTo(402);
        Map.of(1_000L, "BOOKED", 1_000_000L, "REJECTED").forEach((amount, status) -> {
            try {
                Response requested = api.post(
                        "/wallets/violation-b/payouts",
                        key(),
                        "{\"amount\":%d,\"currency\":\"KRW\",\"destination\":\"bank-1\"}".formatted(amount));
                assertThat(requested.status()).as("%s", requested).isEqualTo(202);
                await("the payout of " + amount).atMost(LIMIT).until(() -> api.get("/payouts/" + requested.text("id"))
                        .text("status")
                        .equals(status));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }

    @Test
    void theUnchangedCopyHolds() throws Exception {
        Installation copy = copies.withLedger(copies.withPayments(stack));

        assertThat(check(copy, new TopicReader(stack), Audit.all())).allMatch(Finding::holds);
    }

    /** @param evidence part of the evidence in the report */
    private record Planted(String invariant, String evidence, String... statements) {

        @Override
        public String toString() {
            return invariant + ": " + statements[0].lines().findFirst().orElse("");
        }
    }

    private static final String ONE_LINE =
            "(SELECT min(settlement_id::text)::uuid FROM journals WHERE kind = 'PAYMENT')";

    static Stream<Planted> inThePayments() {
        String completed =
                "(SELECT id FROM payments WHERE order_id LIKE 'order-%' AND status = 'COMPLETED' ORDER BY id LIMIT 1)";
        return Stream.of(
                new Planted(
                        "OneChargePerPayment",
                        "was never charged",
                        "UPDATE payments SET payment_key = 'other' WHERE id = " + completed),
                new Planted(
                        "OneChargePerPayment",
                        "no payment has the charge",
                        "DELETE FROM payments WHERE id = " + completed),
                new Planted(
                        "OneChargePerPayment",
                        "and the PSP charged",
                        "UPDATE payments SET amount = amount + 1 WHERE id = " + completed),
                new Planted(
                        "OneChargePerPayment",
                        "is DECLINED and was charged",
                        "UPDATE payments SET status = 'DECLINED' WHERE id = " + completed),
                new Planted("OneChargePerPayment", "the PSP cancelled 5000", "UPDATE refunds SET status = 'FAILED'"),
                new Planted(
                        "RefundsAddUp",
                        "its refunds have",
                        "UPDATE payment_lines SET refunded_amount = refunded_amount + 1 WHERE line_id = '1'"),
                new Planted(
                        "RefundsAddUp", "reserved", "UPDATE payment_lines SET reserved_amount = 1 WHERE line_id = '2'"),
                new Planted(
                        "RefundsAddUp",
                        "and a fee of",
                        "UPDATE refund_lines SET fee = fee + 1",
                        "UPDATE payment_lines SET refunded_fee = refunded_fee + 1 WHERE refunded_fee > 0"),
                new Planted("RefundsAddUp", "its lines sum to", "UPDATE refunds SET amount = amount - 1"),
                new Planted(
                        "OutboxMatchesApprovals",
                        "the outbox has",
                        "DELETE FROM outbox WHERE id = (SELECT min(id::text)::uuid FROM outbox)"),
                new Planted(
                        "OutboxMatchesApprovals",
                        "approved are nothing",
                        "UPDATE payments SET status = 'DECLINED' WHERE id = " + completed),
                new Planted(
                        "OutboxMatchesApprovals",
                        "approved are [PAYMENT",
                        "UPDATE payment_lines SET fee = fee + 1 WHERE fee = 600"),
                new Planted(
                        "OutboxMatchesApprovals",
                        "2 times",
                        "INSERT INTO outbox (id, aggregateid, payload) SELECT id, aggregateid, payload FROM outbox LIMIT 1"),
                new Planted(
                        "OutboxMatchesApprovals",
                        "the id of its name",
                        "UPDATE outbox SET id = gen_random_uuid() WHERE id = (SELECT min(id::text)::uuid FROM outbox)"),
                new Planted(
                        "OutboxMatchesApprovals",
                        "cannot be read",
                        "UPDATE outbox SET payload = '\\x0102' WHERE id = (SELECT min(id::text)::uuid FROM outbox)"),
                new Planted(
                        "PayoutsAreCovered",
                        "expects version 7",
                        "UPDATE payouts SET expected_version = 7 WHERE status = 'BOOKED'"),
                new Planted(
                        "OutboxIsPublished",
                        "not among the dead letters",
                        "DELETE FROM outbox WHERE id = (SELECT min(id::text)::uuid FROM outbox)"),
                new Planted(
                        "OutboxIsPublished",
                        "is not on the topic",
                        "INSERT INTO outbox (id, aggregateid, payload) SELECT gen_random_uuid(), aggregateid, payload FROM outbox LIMIT 1"),
                new Planted(
                        "OutboxIsPublished",
                        "the outbox has",
                        "UPDATE outbox SET payload = payload || '\\x00' WHERE id = (SELECT min(id::text)::uuid FROM outbox)"),
                new Planted("SettledOnce", "approved are", "UPDATE payment_lines SET fee = fee + 1 WHERE fee = 600"),
                new Planted(
                        "SettledOnce",
                        "approved are nothing",
                        "UPDATE payouts SET status = 'REJECTED' WHERE status = 'BOOKED'"),
                new Planted(
                        "SettledOnce",
                        "booked are nothing",
                        "UPDATE payouts SET status = 'BOOKED' WHERE status = 'REJECTED'"),
                new Planted("SettledOnce", "REFUND", "UPDATE refund_lines SET amount = amount + 1"),
                new Planted("SettledOnce", "has no outbox row", "DELETE FROM outbox"),
                new Planted(
                        "OneCompletion",
                        "its state is another",
                        "UPDATE payments SET status = 'APPROVED' WHERE id = " + completed),
                new Planted(
                        "OneCompletion",
                        "its completion has",
                        "UPDATE payouts SET rejection = 'VERSION_CONFLICT' WHERE status = 'REJECTED'"),
                new Planted(
                        "OneCompletion",
                        "without a completion",
                        "INSERT INTO refunds (id, payment_id, status, amount, completed_at) SELECT uuidv7(), payment_id, 'COMPLETED', 1, now() FROM refunds LIMIT 1"),
                new Planted(
                        "LegalHistory",
                        "READY>APPROVED is no legal transition",
                        "UPDATE history SET from_status = 'READY' WHERE kind = 'PAYMENT' AND to_status = 'APPROVED'"),
                new Planted(
                        "LegalHistory",
                        "does not begin at",
                        "DELETE FROM history WHERE kind = 'PAYMENT' AND to_status = 'EXECUTING'"),
                new Planted(
                        "LegalHistory",
                        "its history ends in",
                        "UPDATE payouts SET status = 'REQUESTED' WHERE status = 'BOOKED'"),
                new Planted("LegalHistory", "has no history", "DELETE FROM history WHERE kind = 'REFUND'"),
                new Planted(
                        "LegalHistory", "that of a PAYOUT", "UPDATE history SET kind = 'PAYOUT' WHERE kind = 'REFUND'"),
                new Planted("MoneyIsConserved", "the ledger has", "UPDATE refunds SET status = 'FAILED'"),
                new Planted(
                        "MoneyIsConserved",
                        "paid out",
                        "UPDATE payouts SET amount = amount + 1 WHERE status = 'BOOKED'"));
    }

    static Stream<Planted> inTheLedger() {
        return Stream.of(
                new Planted("SettledOnce", "booked are [", "DELETE FROM journals WHERE settlement_id = " + ONE_LINE),
                new Planted("SettledOnce", "2 times", """
                        WITH twin AS (
                            INSERT INTO journals
                            SELECT (jsonb_populate_record(j, jsonb_build_object('settlement_id', uuidv7()))).* FROM journals j
                             WHERE kind = 'REFUND' AND reference_parts = 1 LIMIT 1
                            RETURNING settlement_id, reference_id)
                        INSERT INTO lines
                        SELECT (jsonb_populate_record(l, jsonb_build_object('settlement_id', twin.settlement_id))).*
                          FROM twin, lines l JOIN journals j USING (settlement_id)
                         WHERE j.reference_id = twin.reference_id"""),
                new Planted(
                        "PayoutsAreCovered",
                        "leaves -5",
                        "UPDATE journals SET balance_after = -5 WHERE kind = 'PAYOUT'"),
                new Planted(
                        "Balanced",
                        "is off by",
                        "UPDATE lines SET amount = amount + 1 WHERE account = 'platform:payouts'"),
                new Planted(
                        "Balanced",
                        "kept",
                        "UPDATE balances SET credits = credits + 1 WHERE account = 'platform:payouts'"),
                new Planted("OneCompletion", "is in the books at", "UPDATE journals SET no = no + 1000"),
                new Planted("Balanced", "has no lines", "DELETE FROM lines WHERE settlement_id = " + ONE_LINE),
                new Planted("Balanced", "have no journal", "DELETE FROM journals WHERE settlement_id = " + ONE_LINE),
                new Planted(
                        "WalletsMatchTheBook",
                        "ledger",
                        "UPDATE balances SET credits = credits + 1 WHERE account = 'seller:violation-a:payable'"),
                new Planted(
                        "WalletsMatchTheBook",
                        "no entry in Kafka",
                        "UPDATE balances SET account = 'seller:unknown:payable' WHERE account = 'seller:violation-a:payable'"),
                new Planted(
                        "GapFree",
                        "follows version",
                        "UPDATE journals SET wallet_version = wallet_version + 1 WHERE wallet_version >= 2 AND wallet_id = 'violation-b:KRW'"),
                new Planted(
                        "GapFree",
                        "follows version",
                        "UPDATE journals SET balance_after = balance_after + 1 WHERE settlement_id = " + ONE_LINE),
                new Planted("GapFree", "journal 2 follows 0", "DELETE FROM journals WHERE no = 1"),
                new Planted(
                        "GapFree",
                        "is not that of its bytes",
                        "UPDATE journals SET reference_parts = reference_parts + 1 WHERE settlement_id = " + ONE_LINE),
                new Planted(
                        "GapFree",
                        "and its journal at",
                        "UPDATE lines SET no = no + 1 WHERE account = 'platform:payouts'"),
                new Planted("GapFree", "its last journal is", "UPDATE books SET last_no = last_no + 1"),
                new Planted(
                        "MoneyIsConserved",
                        "the ledger has",
                        "UPDATE lines SET amount = amount - 1 WHERE account = 'platform:fees'"),
                new Planted(
                        "LedgerRefusesChange",
                        "jangbu_ledger may: UPDATE journals",
                        "GRANT SELECT, UPDATE ON journals TO jangbu_ledger"),
                new Planted(
                        "LedgerRefusesChange",
                        "jangbu_payment may: DELETE FROM lines",
                        "GRANT SELECT, DELETE ON lines TO jangbu_payment"),
                new Planted(
                        "RebuiltFromKafka",
                        "rebuilt",
                        "UPDATE journals SET recorded_at = recorded_at + interval '1 ms' WHERE settlement_id = "
                                + ONE_LINE),
                new Planted(
                        "RebuiltFromKafka",
                        "rebuilt",
                        "UPDATE lines SET account = 'platform:other' WHERE account = 'platform:payouts'"));
    }

    // Concurrently with each other but not with another class: the stack must stay quiet.
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource
    void inThePayments(Planted planted) throws Exception {
        isFound(
                planted.invariant(),
                planted.evidence(),
                copies.withPayments(stack, planted.statements()),
                new TopicReader(stack));
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource
    void inTheLedger(Planted planted) throws Exception {
        isFound(
                planted.invariant(),
                planted.evidence(),
                copies.withLedger(stack, planted.statements()),
                new TopicReader(stack));
    }

    /** @param change applied to the topic's records */
    private record Tampered(
            String invariant,
            String evidence,
            Topic<?> topic,
            String description,
            UnaryOperator<List<ConsumerRecord<byte[], byte[]>>> change) {

        @Override
        public String toString() {
            return invariant + ": " + topic.name() + " " + description;
        }
    }

    static Stream<Tampered> onATopic() {
        UnaryOperator<List<ConsumerRecord<byte[], byte[]>>> oneLost = records -> records.subList(1, records.size());
        UnaryOperator<List<ConsumerRecord<byte[], byte[]>>> lastLost =
                records -> records.subList(0, records.size() - 1);
        UnaryOperator<List<ConsumerRecord<byte[], byte[]>>> oneTwice = records -> {
            List<ConsumerRecord<byte[], byte[]>> more = new ArrayList<>(records);
            more.add(records.getFirst());
            return more;
        };
        UnaryOperator<List<ConsumerRecord<byte[], byte[]>>> oneUnreadable = records -> {
            List<ConsumerRecord<byte[], byte[]>> more = new ArrayList<>(records);
            ConsumerRecord<byte[], byte[]> first = records.getFirst();
            more.add(new ConsumerRecord<>(first.topic(), first.partition(), 0, first.key(), new byte[] {1, 2, 3}));
            return more;
        };
        return Stream.of(
                new Tampered(
                        "OutboxIsPublished",
                        "is not on the topic",
                        Topics.SETTLEMENT_REQUESTS,
                        "loses a record",
                        oneLost),
                new Tampered(
                        "OutboxIsPublished",
                        "the unreadable record",
                        Topics.SETTLEMENT_REQUESTS,
                        "has poison",
                        oneUnreadable),
                new Tampered("SettledOnce", "has no entry in Kafka", Topics.LEDGER_ENTRIES, "loses a record", oneLost),
                new Tampered(
                        "SettledOnce", "changed its wallet 2 times", Topics.LEDGER_ENTRIES, "has one twice", oneTwice),
                new Tampered("WalletsMatchTheBook", "Kafka", Topics.LEDGER_ENTRIES, "loses a record", oneLost),
                new Tampered("WalletsMatchTheBook", "Kafka", Topics.LEDGER_ENTRIES, "has one twice", oneTwice),
                new Tampered("GapFree", "its postings have nothing", Topics.LEDGER_POSTINGS, "loses a record", oneLost),
                new Tampered("GapFree", "2 times", Topics.LEDGER_POSTINGS, "has one twice", oneTwice),
                new Tampered(
                        "OneCompletion",
                        "without a completion",
                        Topics.SETTLEMENT_COMPLETIONS,
                        "loses a record",
                        oneLost),
                new Tampered(
                        "OneCompletion",
                        "was completed 2 times",
                        Topics.SETTLEMENT_COMPLETIONS,
                        "has one twice",
                        oneTwice),
                new Tampered("RebuiltFromKafka", "rebuilt", Topics.LEDGER_ENTRIES, "has one twice", oneTwice),
                new Tampered(
                        "RebuiltFromKafka", "no entry in Kafka", Topics.LEDGER_ENTRIES, "loses its last", lastLost));
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource
    void onATopic(Tampered tampered) throws Exception {
        isFound(
                tampered.invariant(),
                tampered.evidence(),
                stack,
                copies.withTopic(tampered.topic(), tampered.change()));
    }

    @Test
    void aRepeatedRequestIsNoViolation() throws Exception {
        TopicReader twice = copies.withTopic(
                Topics.SETTLEMENT_REQUESTS,
                records -> Stream.concat(records.stream(), records.stream()).toList());

        assertThat(check(stack, twice, invariants("OutboxIsPublished"))).allMatch(Finding::holds);
    }

    @Test
    void everyInvariantHasAPlantedViolation() {
        Set<String> covered = Stream.of(
                        inThePayments().map(Planted::invariant),
                        inTheLedger().map(Planted::invariant),
                        onATopic().map(Tampered::invariant))
                .flatMap(names -> names)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(Audit.all()).extracting(Invariant::name).isSubsetOf(covered);
    }

    @Test
    void openWorkIsAwaitedAndReported() throws Exception {
        Installation open = copies.withPayments(
                stack,
                "UPDATE payments SET status = 'EXECUTING' WHERE status = 'DECLINED'",
                "UPDATE refunds SET status = 'UNKNOWN'",
                "UPDATE payouts SET status = 'REQUESTED' WHERE status = 'BOOKED'");

        AuditReport report = new Audit(open, Duration.ofMillis(500), false, progress).run();

        assertThat(report.waitingFor().toString())
                .contains("payments EXECUTING", "refunds UNKNOWN", "payouts REQUESTED");
    }

    @Test
    void dataThatMustNotExistIsAViolationAlsoWhileWorkIsOpen() throws Exception {
        Installation open = copies.withPayments(
                stack,
                "UPDATE payouts SET status = 'REQUESTED' WHERE status = 'BOOKED'",
                "UPDATE payment_lines SET fee = fee + 1 WHERE fee = 600");

        AuditReport report = new Audit(open, Duration.ofMillis(500), false, progress).run();

        assertThat(report.outcome()).as("%s", report).isEqualTo(AuditReport.Outcome.BROKEN);
        assertThat(report.waitingFor().toString()).contains("payouts REQUESTED");
        assertThat(report.findings())
                .filteredOn(finding -> finding.name().equals("SettledOnce"))
                .allSatisfy(finding -> assertThat(finding.evidence().toString()).contains("approved are [PAYMENT"));
    }

    @Test
    @ResourceLock(GROUPS)
    void aGroupWithUnreadRecordsIsAwaitedAndNamed() throws Exception {
        try (KafkaConsumer<byte[], byte[]> slow = new KafkaConsumer<>(
                Map.of("bootstrap.servers", stack.kafka(), "group.id", "slow-reader", "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            slow.subscribe(List.of(Topics.SETTLEMENT_COMPLETIONS.name()));
            await().atMost(LIMIT).until(() -> {
                slow.poll(Duration.ofMillis(200));
                return !slow.assignment().isEmpty();
            });
            Map<TopicPartition, OffsetAndMetadata> nothingRead =
                    slow.assignment().stream().collect(Collectors.toMap(p -> p, p -> new OffsetAndMetadata(0)));
            slow.commitSync(nothingRead);

            AuditReport report = new Audit(stack, Duration.ofMillis(1500), false, progress).run();

            assertThat(report.outcome()).as("%s", report).isEqualTo(AuditReport.Outcome.NOT_QUIET);
            assertThat(report.waitingFor().toString()).contains("slow-reader to read settlement.completions");
        }
    }

    @Test
    @ResourceLock(GROUPS)
    void aDatabaseWithoutAReplicationSlotIsNotQuiet() throws Exception {
        AuditReport report = new Audit(copies.withPayments(stack), Duration.ofSeconds(2), false, progress).run();

        assertThat(report.outcome()).isEqualTo(AuditReport.Outcome.NOT_QUIET);
        assertThat(report.waitingFor())
                .containsExactly("a replication slot: there is none", "pending work of connector");
        assertThat(report.findings()).isNotEmpty().allMatch(Finding::holds);
    }

    private static void isFound(String invariant, String evidence, Installation at, TopicReader topics)
            throws Exception {
        List<Finding> findings = check(at, topics, invariants(invariant));

        assertThat(findings).hasSize(1).allSatisfy(finding -> {
            assertThat(finding.violations()).as("%s", finding).isPositive();
            assertThat(finding.evidence().toString()).contains(evidence);
        });
        assertThat(AuditReport.of(findings, Duration.ZERO).outcome().exitCode()).isEqualTo(1);
    }

    private static List<Invariant> invariants(String name) {
        return Audit.all().stream().filter(each -> each.name().equals(name)).toList();
    }

    private static List<Finding> check(Installation at, TopicReader topics, List<Invariant> invariants)
            throws Exception {
        return new Audit(at, topics, Duration.ZERO, progress, invariants).check();
    }
}
