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
import dev.jangbu.settlement.SettlementModel.Booked;
import dev.jangbu.settlement.SettlementModel.DeadLetter;
import dev.jangbu.settlement.SettlementModel.Dropped;
import dev.jangbu.settlement.SettlementModel.Fate;
import dev.jangbu.settlement.SettlementModel.NeverAgain;
import dev.jangbu.settlement.SettlementModel.Refused;
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

/** Tens of thousands of records, each judged as it is taken: wallet by wallet, entry by entry, through restarts. */
class SettlementAgreesWithTheModelTest {

    private static final Instant START = Instant.parse("2026-03-01T09:00:00Z");
    private static final int RECORDS = Integer.getInteger("jangbu.records", 20_000);

    private final long seed = Long.getLong("jangbu.seed", 20_261_124L);
    private final Random random = new Random(~seed);
    private final SettlementModel model = new SettlementModel();
    private final RandomTraffic traffic = new RandomTraffic(seed, START);
    private final List<LedgerEntry> unposted = new ArrayList<>();
    private final Map<String, Integer> fates = new TreeMap<>();

    @TempDir(factory = OnTmpfs.class)
    Path stateDir;

    @Test
    void whateverComesInWhateverOrderThroughRestarts() {
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
            assertThat(settlement.size(SettlementTopology.POSTED_PARTS)).isEqualTo(model.incomplete());
            assertThat(settlement.count()).isEqualTo(model.booked);
        } finally {
            settlement.close();
        }
        System.out.println("what became of them: " + fates);
        assertThat(fates.keySet())
                .as("the traffic meets every rule")
                .contains(
                        "Booked",
                        "Dropped",
                        "NeverAgain",
                        "Refused VERSION_CONFLICT",
                        "Refused INSUFFICIENT_FUNDS",
                        "DeadLetter OUTSIDE_CONTRACT",
                        "DeadLetter FUTURE_ID",
                        "DeadLetter BEYOND_HORIZON",
                        "DeadLetter BALANCE_OVERFLOW");
    }

    private void take(SettlementDriver settlement, String at) {
        Delivery delivery = traffic.next();
        SettlementRequested request = delivery.request();
        if (delivery.replay() && model.isDecided(request.getSettlementId())) {
            return; // The tool refuses to replay what it finds in the ledger.
        }

        settlement.request(request, delivery.recordedAt(), delivery.headers());

        Fate fate = model.request(request, delivery.recordedAt(), delivery.replay());
        fates.merge(name(fate), 1, Integer::sum);
        List<LedgerEntry> entries = settlement.entries.readValuesToList();
        List<SettlementCompleted> refusals = settlement.completions.readValuesToList();
        int dead = settlement.deadLetters.readValuesToList().size();
        switch (fate) {
            case Booked booked -> {
                assertThat(entries).as(at).hasSize(1);
                assertIsEntryOf(request, delivery.recordedAt(), booked, entries.getFirst(), at);
                unposted.add(entries.getFirst());
            }
            case Refused refused -> {
                assertThat(refusals).as(at).hasSize(1);
                assertThat(refusals.getFirst().getReferenceId()).as(at).isEqualTo(request.getReferenceId());
                assertThat(refusals.getFirst().getOutcome()).as(at).isEqualTo(Outcome.REJECTED);
                assertThat(refusals.getFirst().getRejection().name()).as(at).isEqualTo(refused.reason());
            }
            case Dropped dropped -> assertThat(dead).as("%s, %s", at, dropped).isZero();
            case DeadLetter letter -> {
                assertThat(dead).as("%s, %s", at, letter).isEqualTo(1);
                traffic.died(request);
            }
            case NeverAgain never -> assertThat(dead).as("%s, %s", at, never).isLessThan(2);
        }
        assertThat(entries).as(at).hasSize(fate instanceof Booked ? 1 : 0);
        assertThat(refusals).as(at).hasSize(fate instanceof Refused ? 1 : 0);
        if (!unposted.isEmpty() && random.nextInt(10) < 9) {
            postOne(settlement, at);
        }
    }

    private static void assertIsEntryOf(
            SettlementRequested request, Instant recordedAt, Booked booked, LedgerEntry entry, String at) {
        assertThat(entry.getSettlementId()).as(at).isEqualTo(request.getSettlementId());
        assertThat(entry.getReferenceId()).as(at).isEqualTo(request.getReferenceId());
        assertThat(entry.getWalletId()).as(at).isEqualTo(request.getWalletId());
        assertThat(BigInteger.valueOf(entry.getBalanceAfter())).as(at).isEqualTo(booked.balance());
        assertThat(entry.getWalletVersion()).as(at).isEqualTo(booked.version());
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

    /** Books are posted each at its own pace, so that a reference's parts may come in any order; some come twice. */
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

    /** A process dies and another begins, with nothing but the changelogs. */
    private SettlementDriver restart(SettlementDriver before, int n) {
        fates.merge("(restarts)", 1, Integer::sum);
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

    private static String name(Fate fate) {
        return switch (fate) {
            case Booked booked -> "Booked";
            case Refused refused -> "Refused " + refused.reason();
            case Dropped dropped -> "Dropped";
            case DeadLetter letter -> "DeadLetter " + letter.cause();
            case NeverAgain never -> "NeverAgain";
        };
    }
}
