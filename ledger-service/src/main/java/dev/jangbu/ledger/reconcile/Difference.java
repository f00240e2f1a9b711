package dev.jangbu.ledger.reconcile;

/**
 * A difference between the settlement file and the ledger.
 *
 * @param description names the charge or refund, and the values of both sides
 */
public record Difference(Kind kind, String description) {

    /** The kinds of differences. */
    public enum Kind {
        /** In the file only. */
        MISSING_HERE("missing here"),
        /** In the ledger only. */
        MISSING_THERE("missing there"),
        /** In both, with another amount or currency. */
        DIFFERENT_AMOUNT("different amount");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }
}
