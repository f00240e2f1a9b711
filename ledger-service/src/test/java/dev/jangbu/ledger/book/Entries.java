package dev.jangbu.ledger.book;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.Side;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Entries as the wallet desk writes them. */
public final class Entries {

    public static final Instant NOON = Instant.parse("2026-01-31T12:00:00.123Z");

    private Entries() {}

    /** The first payment of a seller: 12,000 won with a fee of 600. */
    public static Entry payment(String seller) {
        return payment(seller, 1, 0);
    }

    /** A payment of 12,000 won with a fee of 600, after which the wallet holds 11,400 more than before. */
    public static Entry payment(String seller, long version, long balanceBefore) {
        return of(
                seller,
                version,
                Math.addExact(balanceBefore, 11_400),
                new Line("psp:toss:receivable", Side.DEBIT, 12_000),
                new Line("seller:" + seller + ":payable", Side.CREDIT, 11_400),
                new Line("platform:fees", Side.CREDIT, 600));
    }

    /** An entry of any lines. */
    public static Entry of(String seller, long version, long balanceAfter, Line... lines) {
        return new Entry(
                UUID.randomUUID(),
                SettlementKind.PAYMENT,
                UUID.randomUUID(),
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
