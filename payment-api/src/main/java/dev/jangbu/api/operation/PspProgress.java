package dev.jangbu.api.operation;

import static dev.jangbu.api.database.RowMapping.required;

import io.r2dbc.spi.Readable;
import org.jspecify.annotations.Nullable;

/**
 * The progress of an operation at the PSP.
 *
 * @param attempts number of attempts; only the last one may record an outcome
 * @param leaseLive whether the last attempt's lease is live
 * @param inquiryDue whether the delay after the last attempt is over
 * @param refusalCode the PSP's code, if it refused
 * @param reviewReason why a person has to decide, or had to
 * @param traceparent of the request that started it
 */
public record PspProgress(
        int attempts,
        boolean leaseLive,
        boolean inquiryDue,
        @Nullable String refusalCode,
        @Nullable String reviewReason,
        @Nullable String traceparent) {

    /** No attempt was made. */
    public static final PspProgress NONE = new PspProgress(0, false, true, null, null, null);

    /** The first attempt is running under its lease. */
    public static PspProgress started(String traceparent) {
        return new PspProgress(1, true, true, null, null, traceparent);
    }

    /** Reads a row of {@code payment_details} or {@code refund_details}. */
    public static PspProgress read(Readable row, String refusalCode) {
        return new PspProgress(
                required(row, "attempts", Integer.class),
                required(row, "lease_live", Boolean.class),
                required(row, "inquiry_due", Boolean.class),
                row.get(refusalCode, String.class),
                row.get("review_reason", String.class),
                row.get("traceparent", String.class));
    }

    /** The progress after the outcome of the last attempt. Pure function. */
    public PspProgress after(Outcome outcome) {
        return new PspProgress(
                attempts,
                false,
                !(outcome instanceof Outcome.Unknown),
                outcome instanceof Outcome.Refused ? outcome.detail() : refusalCode,
                outcome instanceof Outcome.Review ? outcome.detail() : reviewReason,
                traceparent);
    }
}
