package dev.jangbu.peers;

import dev.jangbu.contract.SettlementRequested;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * One side of one account in a journal, as ours has it: the PSP owes what the buyer paid, we owe the seller their share, and
 * the fee is earned.
 *
 * @param amount minor units, above 0
 */
record JournalLine(UUID settlementId, int lineNo, String account, String side, long amount) {

    /** The two or three lines of a payment; there are no lines of 0. */
    static List<JournalLine> of(UUID id, SettlementRequested request) {
        long sellersShare = sellersShare(request);
        return Stream.of(
                        new JournalLine(id, 1, "psp:" + request.getPsp() + ":receivable", "DEBIT", request.getAmount()),
                        new JournalLine(id, 2, "seller:" + request.getSellerId() + ":payable", "CREDIT", sellersShare),
                        new JournalLine(id, 3, "platform:fees", "CREDIT", request.getFee()))
                .filter(line -> line.amount() > 0)
                .toList();
    }

    /** What the wallet gets. */
    static long sellersShare(SettlementRequested request) {
        return Math.subtractExact(request.getAmount(), request.getFee());
    }
}
