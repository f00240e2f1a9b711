package dev.jangbu.api.operation;

import java.util.Locale;

/** What an operation at the PSP is about. The names are those in the database. */
public enum OperationKind {
    /** The charge of a payment. */
    PAYMENT("DECLINED"),
    /** A refund. */
    REFUND("FAILED");

    private final String refusedStatus;

    OperationKind(String refusedStatus) {
        this.refusedStatus = refusedStatus;
    }

    /** The name of the resource in metrics, problems and logs. */
    public String resource() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The name of the status after a refusal. */
    public String refusedStatus() {
        return refusedStatus;
    }

    /** The name of the status after an outcome. */
    public String statusAfter(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Approved approved -> "APPROVED";
            case Outcome.Refused refused -> refusedStatus;
            case Outcome.Unknown unknown -> "UNKNOWN";
            case Outcome.Review review -> "REVIEW";
        };
    }
}
