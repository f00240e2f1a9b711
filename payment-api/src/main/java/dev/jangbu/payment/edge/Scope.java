package dev.jangbu.payment.edge;

/** What an API key may do. */
public enum Scope {
    PAYMENTS_READ("payments:read"),
    PAYMENTS_WRITE("payments:write"),
    PAYOUTS_WRITE("payouts:write"),
    LEDGER_READ("ledger:read"),
    ADMIN("admin");

    private final String text;

    Scope(String text) {
        this.text = text;
    }

    /** As it stands in a key's scopes. */
    public String text() {
        return text;
    }
}
