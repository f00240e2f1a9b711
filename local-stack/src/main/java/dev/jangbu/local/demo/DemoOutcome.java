package dev.jangbu.local.demo;

import java.time.Duration;

/** The outcome of one payment. Durations start at the confirm request. */
sealed interface DemoOutcome {

    /** Approved by the PSP, credited to every seller, and posted to the ledger. */
    record Completed(Duration approved, Duration completed) implements DemoOutcome {}

    /** The PSP declined it. */
    record Declined(String pspCode) implements DemoOutcome {}

    /** Not final within the time that the demo waits. */
    record Open(String status) implements DemoOutcome {}

    /** The API returned an unexpected response or none. */
    record Failed(String reason) implements DemoOutcome {}
}
