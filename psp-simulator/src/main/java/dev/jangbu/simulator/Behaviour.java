package dev.jangbu.simulator;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The faults that the simulator can show. Names say "charge"; for a cancel they mean the cancel, for a query the
 * lookup.
 */
enum Behaviour {
    /** The card company declines: no charge, and the response says so. */
    DECLINED,
    /** A correct response after a delay that is shorter than a client's timeout. */
    SLOW,
    /** No charge and no response: the request was lost on its way. */
    TIMEOUT_BEFORE_CHARGE,
    /** Charges, sends no response. */
    TIMEOUT_AFTER_CHARGE,
    /** Charges, then responds 500. */
    ERROR_AFTER_CHARGE,
    /** Charges, then closes the connection without a response. */
    RESET_AFTER_CHARGE,
    /** Charges, then responds 200 with a body that is not JSON. */
    GARBAGE,
    /** Charges the right amount and responds with a different one. */
    WRONG_AMOUNT;

    /** The name used in payment keys and fault rates. */
    @JsonValue
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Parses the behaviour from a payment key; it applies to the first call of this kind: {@code
     * sim_<behaviour>_<anything>} for a confirm, {@code sim_refund_<behaviour>_<anything>} for a cancel.
     */
    static @Nullable Behaviour namedBy(String paymentKey, Operation operation) {
        String prefix =
                switch (operation) {
                    case CONFIRM -> "sim_";
                    case CANCEL -> "sim_refund_";
                    case QUERY -> null;
                };
        for (Behaviour behaviour : values()) {
            if (prefix != null && (paymentKey + "_").startsWith(prefix + behaviour.label() + "_")) {
                return behaviour;
            }
        }
        return null;
    }
}
