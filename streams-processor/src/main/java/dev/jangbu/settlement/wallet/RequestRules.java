package dev.jangbu.settlement.wallet;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.settlement.UnprocessableRecordException;
import dev.jangbu.settlement.UnprocessableRecordException.Cause;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * The contract of a request's fields, so that what is decided and booked later can rely on it: an entry that the ledger can't
 * take would stop a book, and can't be mended any more.
 */
final class RequestRules {

    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");
    private static final Instant YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z");

    private RequestRules() {}

    /** @throws UnprocessableRecordException if a field is outside the contract */
    static void check(SettlementRequested request) {
        require(request.getAmount() > 0, "amount is not above 0");
        require(request.getFee() >= 0 && request.getFee() <= request.getAmount(), "fee is not within 0..amount");
        require(request.getReferenceParts() > 0, "referenceParts is not above 0");
        require(UUID.matcher(request.getReferenceId()).matches(), "referenceId is no UUID");
        require(NAME.matcher(request.getSellerId()).matches(), "sellerId is not 1 to 64 of A-Z a-z 0-9 _ -");
        require(CURRENCY.matcher(request.getCurrency()).matches(), "currency is not three letters");
        require(
                request.getWalletId().equals(request.getSellerId() + ":" + request.getCurrency()),
                "walletId is not sellerId:currency");
        boolean movesAtPsp = request.getKind() == SettlementKind.PAYMENT || request.getKind() == SettlementKind.REFUND;
        require(!movesAtPsp || NAME.matcher(request.getPsp()).matches(), "psp is not 1 to 64 of A-Z a-z 0-9 _ -");
        require(
                !request.getOccurredAt().isBefore(Instant.EPOCH)
                        && request.getOccurredAt().isBefore(YEAR_10000),
                "occurredAt is not within the years 1970 to 9999");
        require(request.getKind() != SettlementKind.PAYOUT || request.getFee() == 0, "a payout has a fee");
    }

    private static void require(boolean holds, String broken) {
        if (!holds) {
            throw new UnprocessableRecordException(Cause.OUTSIDE_CONTRACT, "Outside the contract: " + broken);
        }
    }
}
