package dev.jangbu.api.auth;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** A permission of an API key. */
enum Scope {
    /** Read payments, refunds and payouts. */
    PAYMENTS_READ("payments:read"),
    /** Create, confirm, cancel and refund payments. */
    PAYMENTS_WRITE("payments:write"),
    /** Request payouts. */
    PAYOUTS_WRITE("payouts:write"),
    /** Read wallets and the ledger. */
    LEDGER_READ("ledger:read"),
    /** Resolve payments and refunds in REVIEW, and manage API keys. Includes no other scope. */
    ADMIN("admin");

    private final String text;

    Scope(String text) {
        this.text = text;
    }

    /** The name in requests, responses and the database. */
    String text() {
        return text;
    }

    /** Finds a scope by its name. */
    static Optional<Scope> of(String text) {
        return Arrays.stream(values()).filter(scope -> scope.text.equals(text)).findFirst();
    }

    /** All names, comma-separated, for messages. */
    static String all() {
        return Arrays.stream(values()).map(Scope::text).collect(Collectors.joining(", "));
    }
}
