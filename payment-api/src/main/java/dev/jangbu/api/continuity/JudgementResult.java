package dev.jangbu.api.continuity;

/**
 * The result of a judgement.
 *
 * @param reason the evidence, for people; also for OPEN
 */
public record JudgementResult(State state, String reason) {

    /** Whether the database continues the history that this service has published. Only OPEN permits writes. */
    public enum State {
        /** It does, or the installation is new. */
        OPEN,
        /** The database lacks something that was committed and published: it was restored, or lost its last commits. */
        RESTORED,
        /** Kafka lacks something that it had acknowledged. */
        KAFKA_WENT_BACK,
        /** Kafka could not be read since the start, or the server is a standby. */
        UNKNOWN
    }

    public boolean isOpen() {
        return state == State.OPEN;
    }

    /** Whether an operator has to act. */
    public boolean wentBack() {
        return state == State.RESTORED || state == State.KAFKA_WENT_BACK;
    }
}
