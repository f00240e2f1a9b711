package dev.jangbu.api.auth;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** What an API key may do. */
public enum Scope {
    /** Read payments, refunds and payouts. */
    PAYMENTS_READ("payments:read"),
    /** Create, confirm, cancel and refund payments. */
    PAYMENTS_WRITE("payments:write"),
    /** Pay sellers out. */
    PAYOUTS_WRITE("payouts:write"),
    /** Read wallets and the ledger. */
    LEDGER_READ("ledger:read"),
    /** Decide what is in REVIEW, and manage API keys; gives none of the other scopes. */
    ADMIN("admin");

    private final String text;

    Scope(String text) {
        this.text = text;
    }

    /** As it stands in a key's scopes. */
    public String text() {
        return text;
    }

    /** The scope of that text, if there is one. */
    static Optional<Scope> of(String text) {
        return Arrays.stream(values()).filter(scope -> scope.text.equals(text)).findFirst();
    }

    /** All of them, for people. */
    static String all() {
        return Arrays.stream(values()).map(Scope::text).collect(Collectors.joining(", "));
    }
}
