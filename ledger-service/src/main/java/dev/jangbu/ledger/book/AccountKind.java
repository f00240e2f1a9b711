package dev.jangbu.ledger.book;

import dev.jangbu.contract.Side;
import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;

/** What an account is, and so on which side its balance counts as positive. The code of an account says its kind. */
public enum AccountKind {
    /** {@code psp:{psp}:receivable}: money that a payment service provider holds and owes us. */
    ASSET(Side.DEBIT, "psp:[A-Za-z0-9_-]+:receivable"),

    /**
     * {@code seller:{sellerId}:payable}: a wallet, what we owe to the seller. {@code platform:payouts}: payouts that are
     * booked and no longer the seller's, while the bank transfer is not in this book: still owed, to the bank's clearing.
     */
    LIABILITY(Side.CREDIT, "seller:[A-Za-z0-9_-]+:payable|platform:payouts"),

    /** {@code platform:fees}: what we have earned. */
    REVENUE(Side.CREDIT, "platform:fees");

    private final Side normalSide;
    private final Pattern codes;

    AccountKind(Side normalSide, String codes) {
        this.normalSide = normalSide;
        this.codes = Pattern.compile(codes);
    }

    /** The kind of an account by its code; empty if this book keeps no such account. */
    public static Optional<AccountKind> of(String code) {
        for (AccountKind kind : values()) {
            if (kind.codes.matcher(code).matches()) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /** The balance on the account's normal side, minor units. */
    public BigInteger balance(BigInteger debitsMinor, BigInteger creditsMinor) {
        return normalSide == Side.DEBIT ? debitsMinor.subtract(creditsMinor) : creditsMinor.subtract(debitsMinor);
    }
}
