package dev.jangbu.ledger.reconcile;

/**
 * Something on which the provider and the book disagree.
 *
 * @param kind how
 * @param what which charge or refund it is, and what each side says
 */
public record Difference(Kind kind, String what) {

    /** How two books can disagree. */
    public enum Kind {
        /** The provider settles it, and the book knows nothing of it. */
        MISSING_HERE("missing here"),
        /** The book has it, and the provider does not settle it. */
        MISSING_THERE("missing there"),
        /** Both have it, and say another amount or currency. */
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
