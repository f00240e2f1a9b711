package dev.jangbu.api.operation;

import java.util.UUID;

/** A payment or a refund, as an operation at the PSP. */
public interface Operation {

    OperationKind kind();

    UUID id();

    /** The operation of the idempotency keys that wait for the outcome. */
    String call();

    Enum<?> status();

    long version();

    /** In minor units of the payment's currency. */
    long amountMinor();

    PspProgress progress();

    /** Number of attempts at the PSP. */
    default int attempts() {
        return progress().attempts();
    }

    /** Whether an attempt is running or its outcome is missing. */
    default boolean isOpen() {
        return status().name().equals("EXECUTING") || status().name().equals("UNKNOWN");
    }

    /** Whether the lease still holds: the outcome is open and no later attempt has started. */
    default boolean isHeldBy(WorkLease lease) {
        return isOpen() && progress().leaseLive() && attempts() == lease.attempt();
    }
}
