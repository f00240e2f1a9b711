package dev.jangbu.settlement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.LedgerPosted;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Side;
import dev.jangbu.settlement.RandomTraffic.Delivery;
import dev.jangbu.settlement.SettlementModel.Applied;
import dev.jangbu.settlement.SettlementModel.DeadLetter;
import dev.jangbu.settlement.SettlementModel.Dropped;
import dev.jangbu.settlement.SettlementModel.Expected;
import dev.jangbu.settlement.SettlementModel.NotApplied;
import dev.jangbu.settlement.SettlementModel.Rejected;
import dev.jangbu.settlement.completion.CompletionProcessor;
import dev.jangbu.testsupport.TemporaryFolder;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares the topology with the model record by record, over tens of thousands of random records and several restarts.
 */
class SettlementAgreesWithTheModelTest {

    private static final Instant START = Instant.parse("2026-03-01T09:00:00Z");
    private static final int RECORDS = Integer.getInteger("jangbu.records", 20_000);

    private final long seed = Long.getLong("jangbu.seed", 20_261_124L);
    private final Random random = new Random(~seed);
    private final SettlementModel model = new SettlementModel();
    private final RandomTraffic traffic = new RandomTraffic(seed, START);
    private final List<LedgerEntry> unposted = new ArrayList<>();
    private final Map<String, Integer> results = new TreeMap<>();

    @TempDir(factory = TemporaryFolder.class)
    Path stateDir;

    @Test
    void randomTrafficHasTheResultsOfTheModelThroughRestarts() {
        System.out.println("seed of the traffic: " + seed + " (repeat with -Djangbu.seed=" + seed + ")");
        SettlementDriver settlement = new SettlementDriver(stateDir.resolve("0"), 1, START);
        try {
            for (int n = 1; n <= RECORDS; n++) {
                take(settlement, "seed %d, record %d".formatted(seed, n));
                if (random.nextInt(1_500) == 0) {
                    settlement = restart(settlement, n);
                }
            }
            while (!unposted.isEmpty()) {
                postOne(settlement, "seed %d, at the end".formatted(seed));
            }
            assertThat(wallets(settlement)).isEqualTo(model.balances);
            assertThat(settlement.size(CompletionProcessor.POSTED_PARTS)).isEqualTo(model.incomplete());
            assertThat(settlement.entryCount()).isEqualTo(model.applied);
        } finally {
            settlement.close();
        }
        System.out.println("results: " + results);
        assertThat(results.keySet())
                .as("the traffic meets every rule")
                .contains(
                        "Applied",
                        "Dropped",
                        "NotApplied",
                        "Rejected VERSION_CONFLICT",
                        "Rejected INSUFFICIENT_FUNDS",
                        "DeadLetter OUTSIDE_CONTRACT",
                        "DeadLetter ID_CONFLICT",
                        "DeadLetter BEYOND_HORIZON",
                        "DeadLetter BALANCE_OVERFLOW");
    }

    private void take(SettlementDriver settlement, String at) {
        Delivery delivery = traffic.next();
        SettlementRequested request = delivery.request();
        if (delivery.replay() && model.isDecided(request.getSettlementId())) {
            return; // The replay tool refuses an id that the ledger has.
        }

        settlement.request(request, delivery.recordedAt(), delivery.headers());

        Expected expected = model.request(request, delivery.recordedAt(), delivery.replay());
        results.merge(name(expected), 1, Integer::sum);
        List<LedgerEntry> entries = settlement.entries.readValuesToList();
        List<SettlementCompleted> rejections = settlement.completions.readValuesToList();
        int deadLetters = settlement.deadLetters.readValuesToList().size();
        switch (expected) {
            case Applied applied -> {
                assertThat(entries).as(at).hasSize(1);
                assertIsEntryOf(request, delivery.recordedAt(), applied, entries.getFirst(), at);
                unposted.add(entries.getFirst());
            }
            case Rejected rejected -> {
                assertThat(rejections).as(at).hasSize(1);
                assertThat(rejections.getFirst().getReferenceId()).as(at).isEqualTo(request.getReferenceId());
                assertThat(rejections.getFirst().getOutcome()).as(at).isEqualTo(Outcome.REJECTED);
                assertThat(rejections.getFirst().getRejection().name()).as(at).isEqualTo(rejected.reason());
            }
            case Dropped dropped ->
                assertThat(deadLetters).as("%s, %s", at, dropped).isZero();
            case DeadLetter letter -> {
                assertThat(deadLetters).as("%s, %s", at, letter).isEqualTo(1);
                traffic.addDeadLetter(request);
            }
            case NotApplied notApplied ->
                assertThat(deadLetters).as("%s, %s", at, notApplied).isLessThan(2);
        }
        assertThat(entries).as(at).hasSize(expected instanceof Applied ? 1 : 0);
        assertThat(rejections).as(at).hasSize(expected instanceof Rejected ? 1 : 0);
        if (!unposted.isEmpty() && random.nextInt(10) < 9) {
            postOne(settlement, at);
        }
    }

    private static void assertIsEntryOf(
            SettlementRequested request, Instant recordedAt, Applied applied, LedgerEntry entry, String at) {
        assertThat(entry.getSettlementId()).as(at).isEqualTo(request.getSettlementId());
        assertThat(entry.getReferenceId()).as(at).isEqualTo(request.getReferenceId());
        assertThat(entry.getWalletId()).as(at).isEqualTo(request.getWalletId());
        assertThat(BigInteger.valueOf(entry.getBalanceAfter())).as(at).isEqualTo(applied.balance());
        assertThat(entry.getWalletVersion()).as(at).isEqualTo(applied.version());
        assertThat(entry.getRecordedAt()).as(at).isEqualTo(recordedAt);
        Map<Side, BigInteger> sums = new EnumMap<>(Side.class);
        Map<String, BigInteger> credits = new HashMap<>();
        for (LedgerLine line : entry.getLines()) {
            BigInteger amount = BigInteger.valueOf(line.getAmount());
            assertThat(amount.signum()).as(at).isPositive();
            sums.merge(line.getSide(), amount, BigInteger::add);
            credits.merge(line.getAccount(), line.getSide() == Side.CREDIT ? amount : amount.negate(), BigInteger::add);
        }
        assertThat(sums.get(Side.DEBIT)).as(at).isEqualTo(sums.get(Side.CREDIT));
        BigInteger sign = request.getKind() == SettlementKind.PAYMENT ? BigInteger.ONE : BigInteger.ONE.negate();
        BigInteger share = BigInteger.valueOf(request.getAmount()).subtract(BigInteger.valueOf(request.getFee()));
        assertThat(credits.getOrDefault("seller:" + request.getSellerId() + ":payable", BigInteger.ZERO))
                .as(at)
                .isEqualTo(share.multiply(sign));
    }

    /** Posts an entry in random order, as books progress at different speeds; some postings are repeated. */
    private void postOne(SettlementDriver settlement, String at) {
        LedgerEntry entry = unposted.get(random.nextInt(Math.min(20, unposted.size())));
        unposted.remove(entry);
        boolean last = model.posting(entry.getReferenceId(), entry.getReferenceParts(), entry.getSettlementId());
        settlement.postings.pipeInput(entry.getReferenceId(), posted(entry), entry.getRecordedAt());
        List<SettlementCompleted> completions = settlement.completions.readValuesToList();
        assertThat(completions).as("%s, posting of %s", at, entry).hasSize(last ? 1 : 0);
        if (last) {
            assertThat(completions.getFirst().getReferenceId()).as(at).isEqualTo(entry.getReferenceId());
            assertThat(completions.getFirst().getOutcome()).as(at).isEqualTo(Outcome.COMPLETED);
            assertThat(completions.getFirst().getParts()).as(at).isEqualTo(entry.getReferenceParts());
        } else if (random.nextInt(10) == 0) {
            settlement.postings.pipeInput(entry.getReferenceId(), posted(entry), entry.getRecordedAt());
            assertThat(settlement.completions.isEmpty()).as("%s, again", at).isTrue();
        }
    }

    private static LedgerPosted posted(LedgerEntry entry) {
        return LedgerPosted.newBuilder()
                .setSettlementId(entry.getSettlementId())
                .setReferenceId(entry.getReferenceId())
                .setReferenceParts(entry.getReferenceParts())
                .setKind(entry.getKind())
                .setBook(0)
                .setJournalNo(1)
                .setHash(ByteBuffer.allocate(32))
                .setPostedAt(entry.getRecordedAt())
                .build();
    }

    /** Replaces the process by another one that has the changelogs only. */
    private SettlementDriver restart(SettlementDriver before, int n) {
        results.merge("(restarts)", 1, Integer::sum);
        Map<String, Map<Bytes, byte[]>> changelogs = before.changelogs();
        before.close();
        SettlementDriver after = new SettlementDriver(stateDir.resolve(Integer.toString(n)), 1, traffic.now());
        after.restore(changelogs);
        return after;
    }

    private Map<String, BigInteger> wallets(SettlementDriver settlement) {
        Map<String, BigInteger> balances = new TreeMap<>();
        settlement.wallets().forEach((id, wallet) -> {
            balances.put(id, BigInteger.valueOf(wallet.balance()));
            assertThat(wallet.version()).as("seed %d, wallet %s", seed, id).isEqualTo(model.versions.get(id));
        });
        return balances;
    }

    private static String name(Expected expected) {
        return switch (expected) {
            case Applied applied -> "Applied";
            case Rejected rejected -> "Rejected " + rejected.reason();
            case Dropped dropped -> "Dropped";
            case DeadLetter letter -> "DeadLetter " + letter.cause();
            case NotApplied notApplied -> "NotApplied";
        };
    }
}
