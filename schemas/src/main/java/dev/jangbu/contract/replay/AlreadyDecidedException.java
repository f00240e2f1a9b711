package dev.jangbu.contract.replay;

/** The settlement was decided, or will be: its dead letter is a duplicate. The message names the record. */
public final class AlreadyDecidedException extends ReplayRefusedException {

    AlreadyDecidedException(String message) {
        super(message);
    }
}
