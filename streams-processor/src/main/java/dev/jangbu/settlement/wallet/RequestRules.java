package dev.jangbu.settlement.wallet;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.settlement.UnprocessableRecordException;
import dev.jangbu.settlement.UnprocessableRecordException.Cause;

/** The contract of a request's fields, so that what is decided and booked later can rely on it. */
final class RequestRules {

    private RequestRules() {}

    /** @throws UnprocessableRecordException if a field is outside the contract */
    static void check(SettlementRequested request) {
        require(request.getAmount() > 0, "amount is not above 0");
        require(request.getFee() >= 0 && request.getFee() <= request.getAmount(), "fee is not within 0..amount");
        require(request.getReferenceParts() > 0, "referenceParts is not above 0");
        require(!request.getReferenceId().isEmpty(), "referenceId is empty");
        require(
                request.getWalletId().equals(request.getSellerId() + ":" + request.getCurrency()),
                "walletId is not sellerId:currency");
        boolean movesAtPsp = request.getKind() == SettlementKind.PAYMENT || request.getKind() == SettlementKind.REFUND;
        require(!movesAtPsp || !request.getPsp().isEmpty(), "psp is empty");
        require(request.getKind() != SettlementKind.PAYOUT || request.getFee() == 0, "a payout has a fee");
    }

    private static void require(boolean holds, String broken) {
        if (!holds) {
            throw new UnprocessableRecordException(Cause.OUTSIDE_CONTRACT, "Outside the contract: " + broken);
        }
    }
}
