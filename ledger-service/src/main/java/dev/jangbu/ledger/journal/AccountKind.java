package dev.jangbu.ledger.journal;

import dev.jangbu.contract.Side;
import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;

/** The kind of an account, which determines its normal side. It follows from the account's code. */
public enum AccountKind {
    /** {@code psp:{psp}:receivable}: money that the payment service provider owes to the platform. */
    ASSET(Side.DEBIT, "psp:[A-Za-z0-9_-]+:receivable"),

    /**
     * {@code seller:{sellerId}:payable}: a wallet, money that the platform owes to the seller.
     * {@code platform:payouts}: clearing of payouts that are posted and whose bank transfer is not in this ledger.
     */
    LIABILITY(Side.CREDIT, "seller:[A-Za-z0-9_-]+:payable|platform:payouts"),

    /** {@code platform:fees}: fees earned by the platform. */
    REVENUE(Side.CREDIT, "platform:fees");

    private final Side normalSide;
    private final Pattern codes;

    AccountKind(Side normalSide, String codes) {
        this.normalSide = normalSide;
        this.codes = Pattern.compile(codes);
    }

    /** The kind for an account code; empty if the ledger has no such accounts. */
    public static Optional<AccountKind> of(String code) {
        for (AccountKind kind : values()) {
            if (kind.codes.matcher(code).matches()) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /** The balance on the normal side, in minor units. */
    public BigInteger balance(BigInteger debitsMinor, BigInteger creditsMinor) {
        return normalSide == Side.DEBIT ? debitsMinor.subtract(creditsMinor) : creditsMinor.subtract(debitsMinor);
    }
}
