package dev.jangbu.peers;

import dev.jangbu.contract.SettlementRequested;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * One line of a journal, as Jangbu writes it: the buyer's payment is receivable from the PSP, the seller's share
 * payable, the fee earned.
 *
 * @param amount minor units, above 0
 */
record JournalLine(UUID settlementId, int lineNo, String account, String side, long amount) {

    /** The two or three lines of a payment; lines of amount 0 are omitted. */
    static List<JournalLine> of(UUID id, SettlementRequested request) {
        long sellerShare = sellerShare(request);
        return Stream.of(
                        new JournalLine(id, 1, "psp:" + request.getPsp() + ":receivable", "DEBIT", request.getAmount()),
                        new JournalLine(id, 2, "seller:" + request.getSellerId() + ":payable", "CREDIT", sellerShare),
                        new JournalLine(id, 3, "platform:fees", "CREDIT", request.getFee()))
                .filter(line -> line.amount() > 0)
                .toList();
    }

    /** The amount credited to the wallet, minor units. */
    static long sellerShare(SettlementRequested request) {
        return Math.subtractExact(request.getAmount(), request.getFee());
    }
}
