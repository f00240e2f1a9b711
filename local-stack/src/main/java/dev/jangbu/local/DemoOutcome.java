package dev.jangbu.local;

import java.time.Duration;

/** How one payment of the demo went. Times count from the confirm. */
sealed interface DemoOutcome {

    /** Approved by the PSP, then credited to every seller and written in the book. */
    record Completed(Duration approved, Duration completed) implements DemoOutcome {}

    /** The PSP said no. */
    record Declined(String pspCode) implements DemoOutcome {}

    /** Nothing is wrong, but it isn't final in the time that the demo waits. */
    record Open(String status) implements DemoOutcome {}

    /** The API answered what it shouldn't have, or not at all. */
    record Failed(String reason) implements DemoOutcome {}
}
