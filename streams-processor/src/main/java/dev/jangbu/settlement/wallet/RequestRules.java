package dev.jangbu.settlement.wallet;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.settlement.UnprocessableRecordException;
import dev.jangbu.settlement.UnprocessableRecordException.Cause;
import java.time.Instant;

/**
 * The contract of a request's fields, so that what is decided and booked later can rely on it: an entry that the ledger can't
 * take would stop a book, and can't be mended any more.
 */
final class RequestRules {

    private static final Instant YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z");

    private RequestRules() {}

    /** @throws UnprocessableRecordException if a field is outside the contract */
    static void check(SettlementRequested request) {
        require(request.getAmount() > 0, "amount is not above 0");
        require(request.getFee() >= 0 && request.getFee() <= request.getAmount(), "fee is not within 0..amount");
        require(request.getReferenceParts() > 0, "referenceParts is not above 0");
        require(isUuid(request.getReferenceId()), "referenceId is no UUID");
        require(isName(request.getSellerId()), "sellerId is not 1 to 64 of A-Z a-z 0-9 _ -");
        require(isCurrency(request.getCurrency()), "currency is not three letters");
        require(
                request.getWalletId().equals(request.getSellerId() + ":" + request.getCurrency()),
                "walletId is not sellerId:currency");
        boolean movesAtPsp = request.getKind() == SettlementKind.PAYMENT || request.getKind() == SettlementKind.REFUND;
        require(!movesAtPsp || isName(request.getPsp()), "psp is not 1 to 64 of A-Z a-z 0-9 _ -");
        require(
                !request.getOccurredAt().isBefore(Instant.EPOCH)
                        && request.getOccurredAt().isBefore(YEAR_10000),
                "occurredAt is not within the years 1970 to 9999");
        require(request.getKind() != SettlementKind.PAYOUT || request.getFee() == 0, "a payout has a fee");
    }

    // Loops instead of regular expressions, which took a sixth of the time that the desk takes for a request.

    /** RFC 9562's text form, in lower case. */
    static boolean isUuid(String text) {
        boolean form = text.length() == 36;
        for (int i = 0; form && i < text.length(); i++) {
            char c = text.charAt(i);
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            form = dash ? c == '-' : (isWithin(c, '0', '9') || isWithin(c, 'a', 'f'));
        }
        return form;
    }

    /** 1 to 64 of A-Z a-z 0-9 _ -. */
    static boolean isName(String text) {
        boolean form = !text.isEmpty() && text.length() <= 64;
        for (int i = 0; form && i < text.length(); i++) {
            char c = text.charAt(i);
            form = isWithin(c, 'A', 'Z') || isWithin(c, 'a', 'z') || isWithin(c, '0', '9') || c == '_' || c == '-';
        }
        return form;
    }

    /** Three of A-Z. */
    static boolean isCurrency(String text) {
        boolean form = text.length() == 3;
        for (int i = 0; form && i < text.length(); i++) {
            form = isWithin(text.charAt(i), 'A', 'Z');
        }
        return form;
    }

    private static boolean isWithin(char c, char first, char last) {
        return c >= first && c <= last;
    }

    private static void require(boolean holds, String broken) {
        if (!holds) {
            throw new UnprocessableRecordException(Cause.OUTSIDE_CONTRACT, "Outside the contract: " + broken);
        }
    }
}
