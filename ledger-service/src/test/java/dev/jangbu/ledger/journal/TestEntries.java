package dev.jangbu.ledger.journal;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Entries as the settlement topology writes them. */
public final class TestEntries {

    public static final Instant NOON = Instant.parse("2026-01-31T12:00:00.123Z");

    private TestEntries() {}

    /** The first payment of a seller: 12,000 won, 600 of it the fee. */
    public static Entry payment(String seller) {
        return payment(seller, 1, 0);
    }

    /** A payment of 12,000 won, 600 of it the fee: the wallet's balance grows by 11,400. */
    public static Entry payment(String seller, long version, long balanceBefore) {
        return of(
                seller,
                version,
                Math.addExact(balanceBefore, 11_400),
                new Line("psp:toss:receivable", Side.DEBIT, 12_000),
                new Line("seller:" + seller + ":payable", Side.CREDIT, 11_400),
                new Line("platform:fees", Side.CREDIT, 600));
    }

    /** A payment entry in KRW with the given lines. */
    public static Entry of(String seller, long version, long balanceAfter, Line... lines) {
        return new Entry(
                UUID.randomUUID(),
                SettlementKind.PAYMENT,
                UUID.randomUUID(),
                1,
                1,
                "KRW",
                List.of(lines),
                seller + ":KRW",
                balanceAfter,
                version,
                NOON,
                NOON.plusSeconds(1));
    }
}
