package dev.jangbu.settlement;

import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Entries of seller-a in KRW. */
public final class WalletEntries {

    private WalletEntries() {}

    /** The entry of a payment of 100 without a fee, with the reference of {@link Requests}. */
    public static LedgerEntry.Builder of(UUID settlementId, long version, long balanceAfter) {
        return LedgerEntry.newBuilder()
                .setSettlementId(settlementId.toString())
                .setKind(SettlementKind.PAYMENT)
                .setReferenceId(
                        new UUID(settlementId.getMostSignificantBits() ^ 1, settlementId.getLeastSignificantBits())
                                .toString())
                .setReferenceParts(1)
                .setCurrency("KRW")
                .setLines(List.of(
                        new LedgerLine("psp:toss:receivable", Side.DEBIT, 100L),
                        new LedgerLine("seller:seller-a:payable", Side.CREDIT, 100L)))
                .setWalletId("seller-a:KRW")
                .setBalanceAfter(balanceAfter)
                .setWalletVersion(version)
                .setOccurredAt(Instant.ofEpochMilli(settlementId.getMostSignificantBits() >>> 16))
                .setRecordedAt(Instant.ofEpochMilli(settlementId.getMostSignificantBits() >>> 16))
                .setPart(1);
    }
}
