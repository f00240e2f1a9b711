package dev.jangbu.settlement.wallet;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.Rejection;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Side;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides a request: the new wallet and the double entry that proves it. A pure function: no store, no clock, no Kafka.
 *
 * <ul>
 *   <li>Payments and refunds always apply, because the money has already moved at the payment service provider. The
 *       balance may become negative.
 *   <li>A payout applies only if the balance covers it and the wallet has the expected version.
 * </ul>
 */
final class WalletDecision {

    /** The result of a decision. */
    sealed interface Outcome {}

    /** The new wallet and its entry. */
    record Applied(Wallet wallet, LedgerEntry entry) implements Outcome {}

    /** Nothing changes. Only a payout can be rejected. */
    record Rejected(Rejection reason) implements Outcome {}

    private WalletDecision() {}

    /**
     * Decides one request. It must be valid ({@link RequestRules}) and not decided before.
     *
     * @param wallet the current wallet, or null if it has no entry yet
     * @throws ArithmeticException if the new balance does not fit 64 bits
     * @throws IllegalStateException for a kind that this version does not know; the operator must upgrade
     */
    static Outcome decide(@Nullable Wallet wallet, SettlementRequested request, Instant recordedAt) {
        return switch (request.getKind()) {
            case PAYMENT -> apply(wallet, request, recordedAt, netAmount(request), paymentLines(request));
            case REFUND ->
                apply(wallet, request, recordedAt, Math.negateExact(netAmount(request)), refundLines(request));
            case PAYOUT -> decidePayout(wallet, request, recordedAt);
            case UNKNOWN ->
                throw new IllegalStateException("Settlement " + request.getSettlementId()
                        + " has a kind that this version does not know; upgrade the service");
        };
    }

    private static Outcome decidePayout(@Nullable Wallet wallet, SettlementRequested request, Instant recordedAt) {
        Long expectedVersion = request.getExpectedVersion();
        if (expectedVersion != null && expectedVersion != version(wallet)) {
            return new Rejected(Rejection.VERSION_CONFLICT);
        }
        if (balance(wallet) < request.getAmount()) {
            return new Rejected(Rejection.INSUFFICIENT_FUNDS);
        }
        return apply(wallet, request, recordedAt, Math.negateExact(request.getAmount()), payoutLines(request));
    }

    private static Applied apply(
            @Nullable Wallet before,
            SettlementRequested request,
            Instant recordedAt,
            long change,
            List<LedgerLine> lines) {
        requireBalanced(request.getSettlementId(), lines);
        Wallet after =
                new Wallet(Math.addExact(balance(before), change), Math.addExact(version(before), 1), recordedAt);
        LedgerEntry entry = LedgerEntry.newBuilder()
                .setSettlementId(request.getSettlementId())
                .setKind(request.getKind())
                .setReferenceId(request.getReferenceId())
                .setReferenceParts(request.getReferenceParts())
                .setCurrency(request.getCurrency())
                .setLines(lines)
                .setWalletId(request.getWalletId())
                .setBalanceAfter(after.balance())
                .setWalletVersion(after.version())
                .setOccurredAt(request.getOccurredAt())
                .setRecordedAt(recordedAt)
                .setPart(request.getPart())
                .build();
        return new Applied(after, entry);
    }

    private static List<LedgerLine> paymentLines(SettlementRequested request) {
        return withoutZeros(
                line(pspReceivable(request), Side.DEBIT, request.getAmount()),
                line(sellerPayable(request), Side.CREDIT, netAmount(request)),
                line("platform:fees", Side.CREDIT, request.getFee()));
    }

    private static List<LedgerLine> refundLines(SettlementRequested request) {
        return withoutZeros(
                line(sellerPayable(request), Side.DEBIT, netAmount(request)),
                line("platform:fees", Side.DEBIT, request.getFee()),
                line(pspReceivable(request), Side.CREDIT, request.getAmount()));
    }

    private static List<LedgerLine> payoutLines(SettlementRequested request) {
        return List.of(
                line(sellerPayable(request), Side.DEBIT, request.getAmount()),
                line("platform:payouts", Side.CREDIT, request.getAmount()));
    }

    /** Drops lines of amount 0, which the ledger refuses: a fee of 0, or a fee equal to the amount. */
    private static List<LedgerLine> withoutZeros(LedgerLine... lines) {
        return Stream.of(lines).filter(line -> line.getAmount() != 0).toList();
    }

    private static LedgerLine line(String account, Side side, long amount) {
        return new LedgerLine(account, side, amount);
    }

    private static String pspReceivable(SettlementRequested request) {
        return "psp:" + request.getPsp() + ":receivable";
    }

    private static String sellerPayable(SettlementRequested request) {
        return "seller:" + request.getSellerId() + ":payable";
    }

    private static long netAmount(SettlementRequested request) {
        return Math.subtractExact(request.getAmount(), request.getFee());
    }

    private static long balance(@Nullable Wallet wallet) {
        return wallet == null ? 0 : wallet.balance();
    }

    private static long version(@Nullable Wallet wallet) {
        return wallet == null ? 0 : wallet.version();
    }

    /** Asserts the balance of the lines before they are emitted. The ledger's triggers check it again. */
    private static void requireBalanced(String settlementId, List<LedgerLine> lines) {
        long debitsLessCredits = 0;
        for (LedgerLine line : lines) {
            if (line.getAmount() <= 0) {
                throw new IllegalStateException(
                        "The entry of settlement " + settlementId + " has a line of " + line.getAmount());
            }
            debitsLessCredits = switch (Objects.requireNonNull(line.getSide())) {
                case DEBIT -> Math.addExact(debitsLessCredits, line.getAmount());
                case CREDIT -> Math.subtractExact(debitsLessCredits, line.getAmount());
                case UNKNOWN -> throw new IllegalStateException("An entry line has no side");
            };
        }
        if (lines.size() < 2 || debitsLessCredits != 0) {
            throw new IllegalStateException("The entry of settlement " + settlementId + " does not balance: " + lines);
        }
    }
}
