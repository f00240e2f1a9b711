package dev.jangbu.api.continuity;

import dev.jangbu.api.continuity.JudgementResult.State;
import dev.jangbu.contract.DatabaseMark;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Judges from the collected facts whether a database continues its published history. A pure function. */
final class Judgement {

    private static final Comparator<DatabaseMark> BY_AGE =
            Comparator.comparingLong(DatabaseMark::getEpoch).thenComparingLong(DatabaseMark::getSequence);

    private Judgement() {}

    /** The newer of two marks; null if there is none. */
    static @Nullable DatabaseMark newer(@Nullable DatabaseMark one, @Nullable DatabaseMark other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return BY_AGE.compare(one, other) >= 0 ? one : other;
    }

    /**
     * @param kafka null if Kafka could not be read
     * @param expected the newest mark that Kafka has or this instance has seen; null: none
     * @param connectorLsn the WAL position up to which the outbox connector has read; null if it is not known
     */
    static JudgementResult judge(
            ServerState server,
            @Nullable KafkaState kafka,
            @Nullable DatabaseMark expected,
            @Nullable Long connectorLsn) {
        if (server.timeline() == null || server.lsn() == null) {
            return new JudgementResult(State.UNKNOWN, "the server is a standby");
        }
        if (expected == null) {
            return withoutMark(server, kafka);
        }
        if (server.server().systemIdentifier() != expected.getSystemIdentifier()) {
            return restored("the server has the system identifier %d instead of %d"
                    .formatted(server.server().systemIdentifier(), expected.getSystemIdentifier()));
        }
        if (server.timeline() < expected.getTimeline()) {
            return restored("the server is on timeline %d, before timeline %d of mark %d"
                    .formatted(server.timeline(), expected.getTimeline(), expected.getSequence()));
        }
        // Also on a newer timeline: it begins at or after the mark if it contains it, and its position only grows.
        if (server.lsn() < expected.getLsn()) {
            return restored("the server's WAL ends at %d, before %d of mark %d"
                    .formatted(server.lsn(), expected.getLsn(), expected.getSequence()));
        }
        if (!server.hasExpectedMark()) {
            return restored("mark %d of epoch %d, written %s, is missing"
                    .formatted(expected.getSequence(), expected.getEpoch(), expected.getWrittenAt()));
        }
        if (server.missingRequests() > 0) {
            return restored("the outbox lacks the last request of %d partitions of settlement.requests"
                    .formatted(server.missingRequests()));
        }
        if (isBeyond(connectorLsn, server.lsn())) {
            return restored("the outbox connector has read up to %d, beyond the end of the WAL at %d"
                    .formatted(connectorLsn, server.lsn()));
        }
        if (kafka != null && sequence(kafka.newest()) < server.acknowledged()) {
            return kafkaWentBack("Kafka had acknowledged mark %d and now ends at mark %d"
                    .formatted(server.acknowledged(), sequence(kafka.newest())));
        }
        return new JudgementResult(
                State.OPEN, "mark %d of epoch %d stands".formatted(expected.getSequence(), expected.getEpoch()));
    }

    /** A database that Kafka does not know is new, if it is empty. */
    private static JudgementResult withoutMark(ServerState server, @Nullable KafkaState kafka) {
        if (kafka == null) {
            return new JudgementResult(State.UNKNOWN, "Kafka can't be read");
        }
        return server.hasPayments() || server.acknowledged() > 0
                ? kafkaWentBack("Kafka has no mark of this database, which is not empty")
                : new JudgementResult(State.OPEN, "the installation is new");
    }

    private static long sequence(@Nullable DatabaseMark mark) {
        return mark == null ? 0 : mark.getSequence();
    }

    /** The connector skips every commit below its stored position. */
    private static boolean isBeyond(@Nullable Long connectorLsn, long lsn) {
        return connectorLsn != null && connectorLsn > lsn;
    }

    private static JudgementResult restored(String reason) {
        return new JudgementResult(State.RESTORED, reason);
    }

    private static JudgementResult kafkaWentBack(String reason) {
        return new JudgementResult(State.KAFKA_WENT_BACK, reason);
    }
}
