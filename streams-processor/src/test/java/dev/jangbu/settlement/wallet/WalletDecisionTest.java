package dev.jangbu.settlement.wallet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.Rejection;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Side;
import dev.jangbu.settlement.Requests;
import dev.jangbu.settlement.wallet.WalletDecision.Applied;
import dev.jangbu.settlement.wallet.WalletDecision.Outcome;
import dev.jangbu.settlement.wallet.WalletDecision.Rejected;
import java.math.BigInteger;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WalletDecisionTest {

    private static final Instant NOW = Instant.parse("2026-03-01T09:00:00Z");
    private static final UUID ID = Requests.idAt(NOW, new Random(1));

    @Test
    void aPaymentCreditsTheSellerLessTheFee() {
        Applied applied = applied(null, request(SettlementKind.PAYMENT, 12_000, 600));

        assertThat(applied.wallet()).isEqualTo(new Wallet(11_400, 1, NOW));
        assertThat(applied.entry().getLines())
                .containsExactly(
                        new LedgerLine("psp:toss:receivable", Side.DEBIT, 12_000L),
                        new LedgerLine("seller:seller-a:payable", Side.CREDIT, 11_400L),
                        new LedgerLine("platform:fees", Side.CREDIT, 600L));
        assertThat(applied.entry().getBalanceAfter()).isEqualTo(11_400);
        assertThat(applied.entry().getWalletVersion()).isEqualTo(1);
        assertThat(applied.entry().getRecordedAt()).isEqualTo(NOW);
    }

    @Test
    void aRefundIsTheReverseOfAPayment() {
        Applied applied = applied(new Wallet(11_400, 1, NOW), request(SettlementKind.REFUND, 5_000, 250));

        assertThat(applied.wallet()).isEqualTo(new Wallet(6_650, 2, NOW));
        assertThat(applied.entry().getLines())
                .containsExactly(
                        new LedgerLine("seller:seller-a:payable", Side.DEBIT, 4_750L),
                        new LedgerLine("platform:fees", Side.DEBIT, 250L),
                        new LedgerLine("psp:toss:receivable", Side.CREDIT, 5_000L));
    }

    @Test
    void aRefundOfMoneyAlreadyPaidOutTakesTheWalletBelowZero() {
        assertThat(applied(new Wallet(100, 7, NOW), request(SettlementKind.REFUND, 5_000, 0))
                        .wallet())
                .isEqualTo(new Wallet(-4_900, 8, NOW));
    }

    @Test
    void aPayoutOfTheWholeBalanceApplies() {
        Applied applied = applied(new Wallet(3_000, 4, NOW), request(SettlementKind.PAYOUT, 3_000, 0));

        assertThat(applied.wallet()).isEqualTo(new Wallet(0, 5, NOW));
        assertThat(applied.entry().getLines())
                .containsExactly(
                        new LedgerLine("seller:seller-a:payable", Side.DEBIT, 3_000L),
                        new LedgerLine("platform:payouts", Side.CREDIT, 3_000L));
    }

    @Test
    void aPayoutBeyondTheBalanceIsRejected() {
        assertThat(decide(new Wallet(2_999, 4, NOW), request(SettlementKind.PAYOUT, 3_000, 0)))
                .isEqualTo(new Rejected(Rejection.INSUFFICIENT_FUNDS));
        assertThat(decide(null, request(SettlementKind.PAYOUT, 1, 0)))
                .isEqualTo(new Rejected(Rejection.INSUFFICIENT_FUNDS));
    }

    @Test
    void aPayoutThatExpectsAnotherVersionIsRejectedAndOneThatExpectsThisVersionApplies() {
        Wallet wallet = new Wallet(3_000, 4, NOW);

        assertThat(decide(wallet, payoutExpecting(3L))).isEqualTo(new Rejected(Rejection.VERSION_CONFLICT));
        assertThat(decide(wallet, payoutExpecting(4L))).isInstanceOf(Applied.class);
        assertThat(decide(null, payoutExpecting(4L))).isEqualTo(new Rejected(Rejection.VERSION_CONFLICT));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 500})
    void aFeeOfZeroOrOfTheWholeAmountMakesNoLineOfZero(long fee) {
        Applied applied = applied(null, request(SettlementKind.PAYMENT, 500, fee));

        assertThat(applied.entry().getLines()).hasSize(2).allMatch(line -> line.getAmount() == 500);
        assertThat(applied.wallet()).isEqualTo(new Wallet(500 - fee, 1, NOW));
    }

    @Test
    void anUnknownKindThrows() {
        assertThatThrownBy(() -> decide(null, request(SettlementKind.UNKNOWN, 1, 0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("upgrade");
    }

    @Test
    void aBalanceBeyond64BitsThrows() {
        Wallet nearlyFull = new Wallet(Long.MAX_VALUE - 1, 1, NOW);

        assertThat(applied(nearlyFull, request(SettlementKind.PAYMENT, 1, 0))
                        .wallet()
                        .balance())
                .isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(() -> decide(nearlyFull, request(SettlementKind.PAYMENT, 2, 0)))
                .isInstanceOf(ArithmeticException.class);
    }

    /** Compares with a model of account balances in unbounded numbers. */
    @ParameterizedTest
    @ValueSource(longs = {1, 20_260_301, 7_777_777})
    void randomRequestsKeepWalletAndAccountsEqual(long seed) {
        Random random = new Random(seed);
        Map<String, BigInteger> credits = new HashMap<>();
        Wallet wallet = null;
        for (int step = 1; step <= 2_000; step++) {
            String at = "seed " + seed + ", step " + step;
            SettlementRequested request = anyRequest(random, wallet);
            BigInteger before = credits.getOrDefault("seller:seller-a:payable", BigInteger.ZERO);
            boolean covered = before.compareTo(BigInteger.valueOf(request.getAmount())) >= 0;
            long versionBefore = wallet == null ? 0 : wallet.version();
            boolean expectedVersion =
                    request.getExpectedVersion() == null || request.getExpectedVersion() == versionBefore;
            boolean applies = request.getKind() != SettlementKind.PAYOUT || (covered && expectedVersion);

            Outcome outcome = decide(wallet, request);

            if (outcome instanceof Applied applied) {
                assertThat(applies).as(at).isTrue();
                wallet = applied.wallet();
                post(credits, applied.entry());
                assertThat(BigInteger.valueOf(wallet.balance()))
                        .as(at)
                        .isEqualTo(credits.get("seller:seller-a:payable"));
                assertThat(wallet.version()).as(at).isEqualTo(versionBefore + 1);
                assertThat(applied.entry().getBalanceAfter()).as(at).isEqualTo(wallet.balance());
                assertThat(credits.values().stream().reduce(BigInteger.ZERO, BigInteger::add))
                        .as(at)
                        .isZero();
            } else {
                assertThat(applies).as(at).isFalse();
            }
        }
    }

    private static void post(Map<String, BigInteger> credits, LedgerEntry entry) {
        for (LedgerLine line : entry.getLines()) {
            BigInteger amount = BigInteger.valueOf(line.getAmount());
            credits.merge(line.getAccount(), line.getSide() == Side.CREDIT ? amount : amount.negate(), BigInteger::add);
        }
    }

    private static SettlementRequested anyRequest(Random random, @Nullable Wallet wallet) {
        long amount = 1 + random.nextLong(1_000_000);
        return switch (random.nextInt(4)) {
            case 0, 1 -> request(SettlementKind.PAYMENT, amount, random.nextLong(amount + 1));
            case 2 -> request(SettlementKind.REFUND, amount, random.nextLong(amount + 1));
            default ->
                Requests.of(SettlementKind.PAYOUT, ID, amount)
                        .setExpectedVersion(
                                random.nextBoolean()
                                        ? null
                                        : (wallet == null ? 0 : wallet.version()) - random.nextInt(2))
                        .build();
        };
    }

    private static SettlementRequested payoutExpecting(long version) {
        return Requests.of(SettlementKind.PAYOUT, ID, 1_000)
                .setExpectedVersion(version)
                .build();
    }

    private static SettlementRequested request(SettlementKind kind, long amount, long fee) {
        return Requests.of(kind, ID, amount).setFee(fee).build();
    }

    private static Outcome decide(@Nullable Wallet wallet, SettlementRequested request) {
        return WalletDecision.decide(wallet, request, NOW);
    }

    private static Applied applied(@Nullable Wallet wallet, SettlementRequested request) {
        Outcome outcome = decide(wallet, request);
        assertThat(outcome).isInstanceOf(Applied.class);
        return (Applied) outcome;
    }
}
