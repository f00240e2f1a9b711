package dev.jangbu.settlement.wallet;

import dev.jangbu.contract.CurrencyCode;
import dev.jangbu.contract.SellerId;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.UuidText;
import dev.jangbu.settlement.record.UnprocessableRecordException;
import java.time.Instant;

/**
 * Validates the fields of a request. Later steps rely on it: an entry that the ledger can't post stops its book and
 * can't be fixed any more.
 */
final class RequestRules {

    private static final Instant YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z");

    private RequestRules() {}

    /** @throws UnprocessableRecordException if a field breaks the contract */
    static void check(SettlementRequested request) {
        require(request.getAmount() > 0, "amount is not above 0");
        require(request.getFee() >= 0 && request.getFee() <= request.getAmount(), "fee is not within 0..amount");
        require(request.getReferenceParts() > 0, "referenceParts is not above 0");
        Integer part = request.getPart();
        require(
                part == null || (part >= 1 && part <= request.getReferenceParts()),
                "part is not within 1..referenceParts");
        require(UuidText.parseLowerCase(request.getReferenceId()).isPresent(), "referenceId is no UUID");
        require(SellerId.isValid(request.getSellerId()), "sellerId is not 1 to 64 of A-Z a-z 0-9 _ -");
        require(CurrencyCode.isWellFormed(request.getCurrency()), "currency is not three letters");
        require(
                request.getWalletId().equals(request.getSellerId() + ":" + request.getCurrency()),
                "walletId is not sellerId:currency");
        boolean movesAtPsp = request.getKind() == SettlementKind.PAYMENT || request.getKind() == SettlementKind.REFUND;
        // PSP names have the form of seller ids.
        require(!movesAtPsp || SellerId.isValid(request.getPsp()), "psp is not 1 to 64 of A-Z a-z 0-9 _ -");
        require(
                !request.getOccurredAt().isBefore(Instant.EPOCH)
                        && request.getOccurredAt().isBefore(YEAR_10000),
                "occurredAt is not within the years 1970 to 9999");
        require(request.getKind() != SettlementKind.PAYOUT || request.getFee() == 0, "a payout has a fee");
    }

    private static void require(boolean holds, String violation) {
        if (!holds) {
            throw UnprocessableRecordException.outsideContract(violation);
        }
    }
}
