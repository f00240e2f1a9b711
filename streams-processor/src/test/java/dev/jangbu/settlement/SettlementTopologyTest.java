package dev.jangbu.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.Rejection;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topic;
import dev.jangbu.settlement.completion.CompletionProcessor;
import dev.jangbu.settlement.wallet.WalletProcessor;
import dev.jangbu.testsupport.TemporaryFolder;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.stream.LongStream;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.test.TestRecord;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole topology on real stores and settings, without a broker. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SettlementTopologyTest {

    private static final Instant NOW = Instant.parse("2026-03-01T09:00:00Z");
    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final Random random = new Random(42);

    @TempDir(factory = TemporaryFolder.class)
    Path stateDir;

    private SettlementDriver settlement;

    @BeforeEach
    void start() {
        settlement = new SettlementDriver(stateDir.resolve("first"), 1, NOW);
    }

    @AfterEach
    void stop() {
        settlement.close();
    }

    /** A change of this text moves stores, changelogs or topics. Review it like a migration. */
    @Test
    @Order(1)
    void theTopologyHasTheCommittedDescription() throws Exception {
        try (InputStream committed =
                Objects.requireNonNull(getClass().getResourceAsStream("/topology.txt"), "topology.txt")) {
            assertThat(SettlementDriver.topology(stateDir.resolve("shape"))
                            .describe()
                            .toString())
                    .isEqualTo(new String(committed.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void aPaymentChangesTheWalletAndEmitsAnEntry() {
        UUID id = idAt(NOW);

        settlement.request(payment(id, 12_000).setFee(600).build(), NOW, traced());

        TestRecord<String, LedgerEntry> entry = settlement.entries.readRecord();
        assertThat(entry.key()).isEqualTo("seller-a:KRW");
        assertThat(entry.value().getSettlementId()).isEqualTo(id.toString());
        assertThat(entry.value().getBalanceAfter()).isEqualTo(11_400);
        assertThat(entry.getRecordTime()).isEqualTo(NOW);
        assertThat(EventHeaders.text(entry.headers(), EventHeaders.CE_ID)).isEqualTo(id.toString());
        assertThat(EventHeaders.text(entry.headers(), EventHeaders.CE_TYPE)).isEqualTo(EventHeaders.TYPE_LEDGER_ENTRY);
        assertThat(EventHeaders.text(entry.headers(), EventHeaders.TRACEPARENT)).isEqualTo(TRACE);
        assertThat(settlement.entries.isEmpty()).isTrue();
        assertThat(settlement.completions.isEmpty()).isTrue();
        assertThat(settlement.count("jangbu.settlement.applied", "kind", "payment"))
                .isEqualTo(1);
    }

    @Test
    void theEntriesOfAWalletAreNumberedWithoutAGap() {
        for (int i = 0; i < 5; i++) {
            settlement.request(payment(idAt(NOW.plusMillis(i)), 100).build(), NOW);
        }

        assertThat(settlement.entries.readValuesToList())
                .extracting(LedgerEntry::getWalletVersion, LedgerEntry::getBalanceAfter)
                .containsExactly(tuple(1, 100), tuple(2, 200), tuple(3, 300), tuple(4, 400), tuple(5, 500));
    }

    @Test
    void aRequestDeliveredTwiceIsAppliedOnce() {
        SettlementRequested request = payment(idAt(NOW), 100).build();

        settlement.request(request, NOW);
        settlement.request(payment(idAt(NOW.plusSeconds(1)), 1).build(), NOW.plusSeconds(1));
        settlement.request(request, NOW.plusSeconds(3_600));

        assertThat(settlement.entries.readValuesToList())
                .extracting(LedgerEntry::getBalanceAfter)
                .containsExactly(100L, 101L);
        assertThat(settlement.deadLetters.isEmpty()).isTrue();
        assertThat(settlement
                        .meters
                        .get("jangbu.settlement.duplicates")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void idsOfOneMillisecondAreDistinguishedInAnyOrderAndAfterAKill() {
        long high = NOW.toEpochMilli() << 16 | 0x7000;
        List<SettlementRequested> requests = LongStream.of(5, 2, 9, 7)
                .mapToObj(number -> payment(new UUID(high, 0x8000000000000000L | number), 100)
                        .build())
                .toList();
        requests.forEach(request -> settlement.request(request, NOW));
        requests.forEach(request -> settlement.request(request, NOW));

        try (SettlementDriver restarted = new SettlementDriver(stateDir.resolve("second"), 1, NOW)) {
            restarted.restore(settlement.changelogs());
            requests.forEach(request -> restarted.request(request, NOW));
            SettlementRequested last =
                    payment(new UUID(high, 0x8000000000000000L | 8), 1).build();
            restarted.request(last, NOW);
            restarted.request(last, NOW);

            assertThat(settlement.entries.readValuesToList()).hasSize(4);
            assertThat(restarted.entries.readValuesToList())
                    .extracting(LedgerEntry::getWalletVersion, LedgerEntry::getBalanceAfter)
                    .containsExactly(tuple(5, 401));
        }
    }

    @Test
    void aDuplicateIsDroppedUntilItsIdIsDeletedAndADeadLetterAfterwards() {
        SettlementRequested first = payment(idAt(NOW), 100).build();
        settlement.request(first, NOW);

        Instant later = NOW.plus(Duration.ofHours(60));
        settlement.request(payment(idAt(later), 1).build(), later);
        settlement.request(first, later);
        assertThat(settlement.deadLetters.isEmpty()).isTrue();

        // A step of the sweep deletes the id.
        for (int n = 2; n < 512; n++) {
            settlement.request(payment(idAt(later), 1).build(), later);
        }
        settlement.request(first, later);

        assertThat(settlement.entries.readValuesToList()).hasSize(512);
        assertDeadLetter(WalletProcessor.NAME, "behind the partition's clock", first.getWalletId());
        assertThat(settlement.count("jangbu.settlement.dead.letters", "reason", "beyond_horizon"))
                .isEqualTo(1);
    }

    @Test
    void anIdOlderThanTheHorizonIsADeadLetter() {
        settlement.request(payment(idAt(NOW), 1).build(), NOW);

        settlement.request(payment(idAt(NOW.minus(Duration.ofHours(49))), 100).build(), NOW);
        settlement.request(payment(idAt(NOW.minus(Duration.ofHours(47))), 10).build(), NOW);

        assertThat(settlement.entries.readValuesToList())
                .extracting(LedgerEntry::getBalanceAfter)
                .containsExactly(1L, 11L);
        assertDeadLetter(WalletProcessor.NAME, "behind the partition's clock", "seller-a:KRW");
    }

    @Test
    void anIdOfAnotherContentOrReferenceIsADeadLetterThatNamesBoth() {
        SettlementRequested first = payment(idAt(NOW), 100).build();
        settlement.request(first, NOW);

        settlement.request(SettlementRequested.newBuilder(first).setAmount(101).build(), NOW);
        assertDeadLetter(WalletProcessor.NAME, "with another content", "seller-a:KRW");

        String other = idAt(NOW).toString();
        settlement.request(
                SettlementRequested.newBuilder(first).setReferenceId(other).build(), NOW);
        assertDeadLetter(
                WalletProcessor.NAME,
                "of reference " + other + " was decided at " + NOW + " for reference " + first.getReferenceId(),
                "seller-a:KRW");

        assertThat(settlement.entries.readValuesToList()).hasSize(1);
        assertThat(settlement.count("jangbu.settlement.dead.letters", "reason", "id_conflict"))
                .isEqualTo(2);
    }

    @Test
    void theTimesOfAnIdAreNotItsContent() {
        SettlementRequested first = payment(idAt(NOW), 100).build();
        settlement.request(first, NOW);

        settlement.request(
                SettlementRequested.newBuilder(first)
                        .setOccurredAt(NOW.plusSeconds(60))
                        .setMovedAt(NOW.minusSeconds(1))
                        .setCreatedAt(NOW)
                        .build(),
                NOW.plusSeconds(60));

        assertThat(settlement.deadLetters.isEmpty()).isTrue();
        assertThat(settlement.entries.readValuesToList()).hasSize(1);
    }

    @Test
    void anIdWithoutATimeIsRememberedForever() {
        SettlementRequested payout =
                Requests.of(SettlementKind.PAYOUT, idAt(NOW), 5_000).build();
        settlement.request(payout, NOW);
        assertThat(settlement.completions.readValuesToList()).hasSize(1);

        Instant later = NOW.plus(Duration.ofDays(400));
        settlement.request(payment(idAt(later), 6_000).build(), later);
        settlement.request(payout, later);

        assertThat(settlement.size(WalletProcessor.REMEMBERED)).isEqualTo(1);
        assertThat(settlement.completions.isEmpty()).isTrue();
        assertThat(settlement.entries.readValuesToList()).hasSize(1);
    }

    @Test
    void aMovementAheadOfItsRecordIsRememberedForeverAndDoesNotAdvanceTheClock() {
        SettlementRequested before = payment(idAt(NOW), 100).build();
        SettlementRequested ahead =
                payment(idAt(NOW.plus(Duration.ofDays(400))), 7).build();
        settlement.request(before, NOW);

        settlement.request(ahead, NOW);
        settlement.request(ahead, NOW);
        settlement.request(before, NOW);
        settlement.request(payment(idAt(NOW.minus(Duration.ofHours(47))), 10).build(), NOW);

        assertThat(settlement.entries.readValuesToList())
                .extracting(LedgerEntry::getBalanceAfter)
                .containsExactly(100L, 107L, 117L);
        assertThat(settlement.deadLetters.isEmpty()).isTrue();
        assertThat(settlement.size(WalletProcessor.DECIDED)).isEqualTo(2);
        assertThat(settlement.size(WalletProcessor.REMEMBERED)).isEqualTo(1);
    }

    @Test
    void aTimeAheadByUpToTheLeadIsABound() {
        settlement.request(payment(idAt(NOW.plus(Duration.ofMinutes(5))), 7).build(), NOW);
        settlement.request(
                payment(idAt(NOW.plus(Duration.ofMinutes(5)).plusMillis(1)), 7).build(), NOW);

        assertThat(settlement.size(WalletProcessor.DECIDED)).isEqualTo(1);
        assertThat(settlement.size(WalletProcessor.REMEMBERED)).isEqualTo(1);
    }

    @Test
    void theSweepDeletesEveryIdBehindTheHorizonAndNoOther() {
        // 3,000 requests, one a minute; the last one is at 50 hours. Horizon and margin are 49 hours.
        int last = 50 * 60;
        for (int minute = 1; minute <= last; minute++) {
            settlement.request(payment(idAt(at(minute)), 1).build(), at(minute));
        }
        assertThat(settlement.size(WalletProcessor.DECIDED)).isEqualTo(last);

        // Two rounds of the sweep over the store, with a restart between them.
        SettlementDriver swept = settlement;
        for (int round = 0; round < 2; round++) {
            SettlementDriver restarted = new SettlementDriver(stateDir.resolve("round-" + round), 1, NOW);
            restarted.restore(swept.changelogs());
            swept.close();
            swept = restarted;
            for (int n = 0; n < last; n++) {
                swept.request(payment(idAt(at(last)), 1).build(), at(last));
            }
        }
        settlement = swept;

        // The requests of minutes 1 to 59 are more than 49 hours before the last one.
        assertThat(settlement.size(WalletProcessor.DECIDED)).isEqualTo(3 * last - 59);
    }

    @Test
    void decidedIdsAndClockAreRestoredAfterAKill() {
        SettlementRequested applied = payment(idAt(NOW), 100).build();
        SettlementRequested rejected = Requests.of(SettlementKind.PAYOUT, idAt(NOW.plusMillis(1)), 5_000)
                .build();
        settlement.request(applied, NOW);
        settlement.request(rejected, NOW);
        Map<String, Map<Bytes, byte[]>> changelogs = settlement.changelogs();

        try (SettlementDriver restarted = new SettlementDriver(stateDir.resolve("second"), 1, NOW)) {
            restarted.restore(changelogs);
            restarted.request(applied, NOW.plusSeconds(60));
            restarted.request(rejected, NOW.plusSeconds(60));
            restarted.request(
                    payment(idAt(NOW.minus(Duration.ofHours(49))), 1_000).build(), NOW);
            restarted.request(payment(idAt(NOW.plusSeconds(60)), 11).build(), NOW.plusSeconds(60));

            assertThat(restarted.entries.readValuesToList())
                    .extracting(LedgerEntry::getWalletVersion, LedgerEntry::getBalanceAfter)
                    .containsExactly(tuple(2, 111));
            assertThat(restarted.completions.isEmpty()).isTrue();
            assertThat(restarted.deadLetters.readValuesToList()).hasSize(1);
        }
    }

    @Test
    void aPartitionRestoredAfterFiveQuietDaysStillDropsDuplicates() {
        SettlementRequested old =
                payment(idAt(NOW.minus(Duration.ofHours(47))), 1_000).build();
        SettlementRequested last = payment(idAt(NOW), 100).build();
        settlement.request(old, NOW);
        settlement.request(last, NOW);
        Instant fiveDaysOn = NOW.plus(Duration.ofDays(5));

        try (SettlementDriver restarted = new SettlementDriver(stateDir.resolve("second"), 1, fiveDaysOn)) {
            restarted.restore(settlement.changelogs());
            restarted.advance(Duration.ofHours(1));
            SettlementRequested undecided =
                    payment(idAt(NOW.minus(Duration.ofHours(1))), 10).build();
            SettlementRequested beyondTheHorizon =
                    payment(idAt(NOW.minus(Duration.ofHours(50))), 7).build();

            restarted.request(old, fiveDaysOn);
            restarted.request(last, fiveDaysOn);
            restarted.request(undecided, fiveDaysOn);
            restarted.request(beyondTheHorizon, fiveDaysOn);
            assertThat(restarted.entries.readValuesToList())
                    .extracting(LedgerEntry::getWalletVersion, LedgerEntry::getBalanceAfter)
                    .containsExactly(tuple(3, 1_110));
            assertDeadLetter(restarted, WalletProcessor.NAME, "behind the partition's clock", "seller-a:KRW");

            // The first new request advances the clock. Older requests are beyond the horizon after it.
            restarted.request(payment(idAt(fiveDaysOn), 1).build(), fiveDaysOn);
            restarted.request(last, fiveDaysOn);
            restarted.request(undecided, fiveDaysOn);
            assertThat(restarted.entries.readValuesToList())
                    .extracting(LedgerEntry::getBalanceAfter)
                    .containsExactly(1_111L);
        }
    }

    @Test
    void aCompletionHasThePositionOfItsEntriesInTheBooks() {
        settlement.postings.pipeInput("payment-0", posted("payment-0", 1, idAt(NOW), 3, 17), NOW);
        settlement.postings.pipeInput("payment-1", posted("payment-1", 3, idAt(NOW), 2, 5), NOW);
        settlement.postings.pipeInput("payment-1", posted("payment-1", 3, idAt(NOW), 0, 9), NOW);
        settlement.postings.pipeInput("payment-1", posted("payment-1", 3, idAt(NOW), 2, 4), NOW);

        assertThat(settlement.completions.readValuesToList())
                .extracting(SettlementCompleted::getPosition)
                .containsExactly("3:17", "0:9,2:5");
    }

    @Test
    void appliedRequestsOfAPartitionAreCounted() {
        settlement.request(payment(idAt(NOW), 100).build(), NOW);
        settlement.request(
                payment(idAt(NOW), 100)
                        .setSellerId("seller-b")
                        .setWalletId("seller-b:KRW")
                        .build(),
                NOW);
        settlement.request(Requests.of(SettlementKind.PAYOUT, idAt(NOW), 3_000).build(), NOW);
        settlement.request(payment(idAt(NOW), 0).build(), NOW);

        assertThat(settlement.entryCount()).isEqualTo(2);
    }

    @Test
    void partsThatDisagreeOnTheirNumberDoNotComplete() {
        post("payment-1", 3, idAt(NOW));
        post("payment-1", 2, idAt(NOW));

        assertThat(settlement.completions.isEmpty()).isTrue();
        assertDeadLetter(CompletionProcessor.NAME, "has 3 parts, but this posting says 2", "payment-1");
    }

    @Test
    void aReplayedDeadLetterIsAppliedOnceDespiteTheHorizonAndKeptForever() {
        settlement.request(payment(idAt(NOW), 1).build(), NOW);
        SettlementRequested late =
                payment(idAt(NOW.minus(Duration.ofDays(30))), 100).build();

        settlement.request(late, NOW, replay());
        settlement.request(late, NOW, replay());
        settlement.request(late, NOW);
        assertThat(settlement.entries.readValuesToList())
                .extracting(LedgerEntry::getBalanceAfter)
                .containsExactly(1L, 101L);

        // A restarted processor sweeps its store from the beginning.
        try (SettlementDriver restarted = new SettlementDriver(stateDir.resolve("second"), 1, NOW)) {
            restarted.restore(settlement.changelogs());
            Instant muchLater = NOW.plus(Duration.ofDays(300));
            restarted.request(payment(idAt(muchLater), 1).build(), muchLater);
            restarted.request(late, muchLater);

            assertThat(restarted.entries.readValuesToList())
                    .extracting(LedgerEntry::getBalanceAfter)
                    .containsExactly(102L);
            assertThat(restarted.deadLetters.isEmpty()).isTrue();
        }
        assertThat(settlement.deadLetters.isEmpty()).isTrue();
    }

    @Test
    void aReplayOfADecidedRequestIsADuplicate() {
        SettlementRequested request = payment(idAt(NOW), 100).build();

        settlement.request(request, NOW);
        settlement.request(request, NOW, replay());

        assertThat(settlement.entries.readValuesToList()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"not in the wire format", "", "\0\0\0\0\7after an unknown id", "\0\0\0\0\1\1"})
    void poisonGoesToTheDeadLettersUnchangedAndTheNextRecordIsProcessed(String bytes) {
        byte[] poison = bytes.getBytes(StandardCharsets.UTF_8);
        byte[] key = "seller-a:KRW".getBytes(StandardCharsets.UTF_8);

        settlement.rawRequests.pipeInput(new TestRecord<>(key, poison, traced(), NOW));
        settlement.request(payment(idAt(NOW), 100).build(), NOW);

        TestRecord<byte[], byte[]> letter = settlement.deadLetters.readRecord();
        assertThat(letter.key()).isEqualTo(key);
        assertThat(letter.value()).isEqualTo(poison);
        assertThat(text(letter, DeadLetters.TOPIC)).isEqualTo("settlement.requests");
        assertThat(text(letter, DeadLetters.PARTITION)).isEqualTo("0");
        assertThat(text(letter, DeadLetters.OFFSET)).isEqualTo("0");
        assertThat(text(letter, DeadLetters.BY)).isEqualTo(WalletProcessor.NAME);
        assertThat(text(letter, EventHeaders.TRACEPARENT)).isEqualTo(TRACE);
        assertThat(settlement.entries.readValuesToList()).hasSize(1);
    }

    @Test
    void aRecordWithoutAValueIsPoison() {
        settlement.rawRequests.pipeInput("seller-a:KRW".getBytes(StandardCharsets.UTF_8), null, NOW);

        assertThat(settlement.deadLetters.readValuesToList()).hasSize(1);
    }

    @Test
    void aKeyOfAnotherWalletIsADeadLetterWithUnchangedBytes() {
        SettlementRequested request = payment(idAt(NOW), 100).build();

        settlement.requests.pipeInput(new TestRecord<>("seller-b:KRW", request, traced(), NOW));
        settlement.requests.pipeInput(null, request, NOW);

        TestRecord<byte[], byte[]> letter = settlement.deadLetters.readRecord();
        assertThat(letter.key()).isEqualTo("seller-b:KRW".getBytes(StandardCharsets.UTF_8));
        assertThat(ByteBuffer.wrap(letter.value()).getInt(1)).isEqualTo(1);
        assertThat(text(letter, DeadLetters.REASON)).contains("seller-b:KRW", "seller-a:KRW");
        assertThat(text(letter, EventHeaders.TRACEPARENT)).isEqualTo(TRACE);
        assertThat(settlement.deadLetters.readRecord().key()).isNull();
        assertThat(settlement.entries.isEmpty()).isTrue();
    }

    @Test
    void aKeyInAWrongPartitionIsADeadLetter() {
        // The driver's partition is 0; the wallet belongs to another one of 4.
        SettlementRequested elsewhere = walletOutsideOf(0);
        try (SettlementDriver four = new SettlementDriver(stateDir.resolve("four"), 4, NOW)) {
            four.request(elsewhere, NOW);

            assertThat(four.entries.isEmpty()).isTrue();
            assertThat(four.count("jangbu.settlement.dead.letters", "reason", "wrong_key"))
                    .isEqualTo(1);
        }
    }

    @Test
    void aRequestOutsideTheContractIsADeadLetter() {
        UUID id = idAt(NOW);
        List<SettlementRequested> outside = List.of(
                payment(id, 0).build(),
                payment(id, 100).setFee(101).build(),
                payment(id, 100).setFee(-1).build(),
                payment(id, 100).setPsp("").build(),
                payment(id, 100).setReferenceParts(0).build(),
                payment(id, 100).setSellerId("seller-b").build(),
                payment(id, 100).setReferenceId("no-uuid").build(),
                payment(id, 100).setPsp("two words").build(),
                payment(id, 100).setOccurredAt(Instant.EPOCH.minusMillis(1)).build(),
                payment(id, 100).setPart(0).build(),
                payment(id, 100).setPart(2).build(),
                payment(id, 100).setSettlementId("1").build(),
                payment(id, 100)
                        .setSettlementId(id.toString().toUpperCase(Locale.ROOT))
                        .build());

        outside.forEach(request -> settlement.request(request, NOW));

        assertThat(settlement.deadLetters.readValuesToList()).hasSameSizeAs(outside);
        assertThat(settlement.count("jangbu.settlement.dead.letters", "reason", "outside_contract"))
                .isEqualTo(outside.size());
        assertThat(settlement.entries.isEmpty()).isTrue();
    }

    @Test
    void aBalanceOverflowDoesNotStopTheOtherWallets() {
        settlement.request(payment(idAt(NOW), Long.MAX_VALUE).build(), NOW);
        settlement.request(payment(idAt(NOW.plusMillis(1)), 1).build(), NOW);
        settlement.request(
                payment(idAt(NOW.plusMillis(2)), 5)
                        .setSellerId("seller-b")
                        .setWalletId("seller-b:KRW")
                        .build(),
                NOW);

        assertThat(settlement.entries.readValuesToList())
                .extracting(LedgerEntry::getBalanceAfter)
                .containsExactly(Long.MAX_VALUE, 5L);
        assertThat(settlement.count("jangbu.settlement.dead.letters", "reason", "balance_overflow"))
                .isEqualTo(1);
    }

    @Test
    void anUnknownKindFailsTheTask() {
        SettlementRequested unknown =
                Requests.of(SettlementKind.UNKNOWN, idAt(NOW), 100).build();

        assertThatThrownBy(() -> settlement.request(unknown, NOW)).hasRootCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void aRejectedPayoutIsACompletionAndCountsAsDecided() {
        SettlementRequested payout =
                Requests.of(SettlementKind.PAYOUT, idAt(NOW), 3_000).build();

        settlement.request(payout, NOW, traced());
        settlement.request(payment(idAt(NOW.plusMillis(1)), 5_000).build(), NOW);
        settlement.request(payout, NOW);

        TestRecord<String, SettlementCompleted> rejection = settlement.completions.readRecord();
        assertThat(rejection.key()).isEqualTo(payout.getReferenceId());
        assertThat(rejection.value().getOutcome()).isEqualTo(Outcome.REJECTED);
        assertThat(rejection.value().getRejection()).isEqualTo(Rejection.INSUFFICIENT_FUNDS);
        assertThat(rejection.value().getParts()).isZero();
        assertThat(EventHeaders.text(rejection.headers(), EventHeaders.CE_ID)).isEqualTo(payout.getReferenceId());
        assertThat(EventHeaders.text(rejection.headers(), EventHeaders.TRACEPARENT))
                .isEqualTo(TRACE);
        assertThat(settlement.completions.isEmpty()).isTrue();
        assertThat(settlement.entries.readValuesToList()).hasSize(1);
    }

    @Test
    void aReferenceOfOnePartCompletesImmediatelyAndIsNeverStored() {
        settlement.postings.pipeInput(new TestRecord<>("payment-1", posted("payment-1", 1, idAt(NOW)), traced(), NOW));

        TestRecord<String, SettlementCompleted> completion = settlement.completions.readRecord();
        assertThat(completion.key()).isEqualTo("payment-1");
        assertThat(completion.value().getOutcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(completion.value().getRejection()).isNull();
        assertThat(completion.value().getParts()).isEqualTo(1);
        assertThat(completion.value().getCompletedAt()).isEqualTo(NOW);
        assertThat(EventHeaders.text(completion.headers(), EventHeaders.CE_ID)).isEqualTo("payment-1");
        assertThat(EventHeaders.text(completion.headers(), EventHeaders.TRACEPARENT))
                .isEqualTo(TRACE);
        assertThat(settlement.changelogs().get(CompletionProcessor.POSTED_PARTS))
                .isEmpty();
        assertThat(settlement.size(CompletionProcessor.POSTED_PARTS)).isZero();
    }

    @Test
    void aReferenceOfThreePartsCompletesWithTheThirdDistinctPartAndIsDeleted() {
        UUID first = idAt(NOW);
        UUID second = idAt(NOW);
        UUID third = idAt(NOW);

        post("payment-1", 3, first);
        post("payment-1", 3, second);
        post("payment-1", 3, first);
        post("payment-2", 2, idAt(NOW));
        assertThat(settlement.completions.isEmpty()).isTrue();

        post("payment-1", 3, third);

        assertThat(settlement.completions.readValuesToList())
                .extracting(SettlementCompleted::getReferenceId, SettlementCompleted::getParts)
                .containsExactly(Tuple.tuple("payment-1", 3));
        assertThat(settlement.size(CompletionProcessor.POSTED_PARTS)).isEqualTo(1);
    }

    @Test
    void postedPartsAreRestoredAfterAKill() {
        post("payment-1", 2, idAt(NOW));

        try (SettlementDriver restarted = new SettlementDriver(stateDir.resolve("second"), 1, NOW)) {
            restarted.restore(settlement.changelogs());
            restarted.postings.pipeInput("payment-1", posted("payment-1", 2, idAt(NOW)), NOW);

            assertThat(restarted.completions.readValuesToList()).hasSize(1);
            assertThat(restarted.size(CompletionProcessor.POSTED_PARTS)).isZero();
        }
    }

    @Test
    void aReferenceThatLacksAPartForMinutesIsReportedAsIncomplete() {
        post("payment-1", 2, idAt(NOW));
        settlement.advance(Duration.ofMinutes(4));
        assertThat(incompleteReferences()).isZero();

        settlement.advance(Duration.ofMinutes(2));
        assertThat(incompleteReferences()).isEqualTo(1);

        post("payment-1", 2, idAt(NOW));
        settlement.advance(Duration.ofMinutes(1));
        assertThat(incompleteReferences()).isZero();
    }

    @Test
    void aPostingWithAnotherKeyIsADeadLetterOfTheCompletionProcessor() {
        settlement.postings.pipeInput("payment-2", posted("payment-1", 1, idAt(NOW)), NOW);

        assertDeadLetter(CompletionProcessor.NAME, "payment-1", "payment-2");
        assertThat(settlement.completions.isEmpty()).isTrue();
    }

    private double incompleteReferences() {
        return settlement
                .meters
                .get("jangbu.settlement.references.incomplete")
                .gauge()
                .value();
    }

    private void post(String reference, int parts, UUID settlementId) {
        settlement.postings.pipeInput(reference, posted(reference, parts, settlementId), NOW);
    }

    private static LedgerPosted posted(String reference, int parts, UUID settlementId) {
        return posted(reference, parts, settlementId, 0, 1);
    }

    private static LedgerPosted posted(String reference, int parts, UUID settlementId, int book, long journalNo) {
        return LedgerPosted.newBuilder()
                .setSettlementId(settlementId.toString())
                .setReferenceId(reference)
                .setReferenceParts(parts)
                .setKind(SettlementKind.PAYMENT)
                .setBook(book)
                .setJournalNo(journalNo)
                .setHash(ByteBuffer.allocate(32))
                .setPostedAt(NOW)
                .build();
    }

    private SettlementRequested walletOutsideOf(int partition) {
        for (int i = 0; ; i++) {
            String seller = "seller-" + i;
            if (Topic.partitionFor(seller + ":KRW", 4) != partition) {
                return payment(idAt(NOW), 100)
                        .setSellerId(seller)
                        .setWalletId(seller + ":KRW")
                        .build();
            }
        }
    }

    private void assertDeadLetter(String by, String reasonContains, String key) {
        assertDeadLetter(settlement, by, reasonContains, key);
    }

    private static void assertDeadLetter(SettlementDriver of, String by, String reasonContains, String key) {
        TestRecord<byte[], byte[]> letter = of.deadLetters.readRecord();
        assertThat(text(letter, DeadLetters.BY)).isEqualTo(by);
        assertThat(text(letter, DeadLetters.REASON)).contains(reasonContains);
        assertThat(new String(letter.key(), StandardCharsets.UTF_8)).isEqualTo(key);
        assertThat(of.deadLetters.isEmpty()).isTrue();
    }

    private static String text(TestRecord<?, ?> record, String header) {
        return Objects.requireNonNull(EventHeaders.text(record.headers(), header), header);
    }

    private static SettlementRequested.Builder payment(UUID id, long amount) {
        return Requests.of(SettlementKind.PAYMENT, id, amount);
    }

    private static Headers traced() {
        Headers headers = new RecordHeaders();
        EventHeaders.add(headers, EventHeaders.TRACEPARENT, TRACE);
        return headers;
    }

    private static Headers replay() {
        Headers headers = new RecordHeaders();
        EventHeaders.add(headers, EventHeaders.REPLAY, "true");
        return headers;
    }

    private UUID idAt(Instant time) {
        return Requests.idAt(time, random);
    }

    private static Instant at(int minute) {
        return NOW.plus(Duration.ofMinutes(minute));
    }

    private static Tuple tuple(long version, long balance) {
        return Tuple.tuple(version, balance);
    }
}
