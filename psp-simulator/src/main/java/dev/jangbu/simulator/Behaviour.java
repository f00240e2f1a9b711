package dev.jangbu.simulator;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The ways to misbehave. For a cancel, read "cancel" where a name says charge; for a query, "look up". */
enum Behaviour {
    /** The card company refuses: nothing happens, and the answer says so. */
    DECLINED,
    /** Works as it should, but takes longer, though less than a client should wait. */
    SLOW,
    /** Nothing happens and no answer comes: the request was lost on its way. */
    TIMEOUT_BEFORE_CHARGE,
    /** Charges, but no answer comes. */
    TIMEOUT_AFTER_CHARGE,
    /** Charges, then answers 500. */
    ERROR_AFTER_CHARGE,
    /** Charges, then closes the connection without an answer. */
    RESET_AFTER_CHARGE,
    /** Charges, then answers 200 with something that is not JSON. */
    GARBAGE,
    /** Charges the right amount, then shows another. */
    WRONG_AMOUNT;

    /** The name as payment keys and fault rates write it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static @Nullable Behaviour ofLabel(String label) {
        for (Behaviour behaviour : values()) {
            if (behaviour.label().equals(label)) {
                return behaviour;
            }
        }
        return null;
    }

    /**
     * The behaviour that a payment key chooses for its first call of this kind: {@code sim_<behaviour>_<anything>} for
     * a confirm, {@code sim_refund_<behaviour>_<anything>} for a cancel.
     */
    static @Nullable Behaviour chosenBy(String paymentKey, Operation operation) {
        return switch (operation) {
            case CONFIRM -> namedAfter("sim_", paymentKey);
            case CANCEL -> namedAfter("sim_refund_", paymentKey);
            case QUERY -> null;
        };
    }

    private static @Nullable Behaviour namedAfter(String prefix, String paymentKey) {
        if (!paymentKey.startsWith(prefix)) {
            return null;
        }
        String rest = paymentKey.substring(prefix.length());
        for (Behaviour behaviour : values()) {
            if (rest.equals(behaviour.label()) || rest.startsWith(behaviour.label() + "_")) {
                return behaviour;
            }
        }
        return null;
    }
}
