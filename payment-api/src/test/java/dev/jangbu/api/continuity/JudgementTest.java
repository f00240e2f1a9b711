package dev.jangbu.api.continuity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.continuity.JudgementResult.State;
import dev.jangbu.api.continuity.ServerState.Server;
import dev.jangbu.contract.DatabaseMark;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The verdict on a database, for every kind of evidence. */
class JudgementTest {

    private static final Instant TIME = Instant.parse("2026-11-30T12:00:00Z");
    private static final long CLUSTER = 7;

    /** Kafka's newest mark: epoch 1, sequence 100, on timeline 2 at 5,000. */
    private static final DatabaseMark MARK = mark(1, 100);

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # what                                    | cluster | timeline | lsn  | has mark | acknowledged | missing | connector | verdict
            the same server, unchanged                |       7 |        2 | 5000 | true     |           99 |       0 |      5000 | OPEN
            the same server, later                    |       7 |        2 | 9000 | true     |          100 |       0 |      8000 | OPEN
            a failover without loss                   |       7 |        3 | 5100 | true     |          100 |       0 |      5000 | OPEN
            Connect does not answer                   |       7 |        2 | 5000 | true     |           99 |       0 |           | OPEN
            another cluster with the same rows        |       8 |        2 | 9000 | true     |          100 |       0 |           | RESTORED
            a base backup, before its log has grown   |       7 |        2 | 4999 | true     |            0 |       0 |           | RESTORED
            a restore whose log has grown past it     |       7 |        2 | 9000 | false    |            0 |       0 |           | RESTORED
            an old primary                            |       7 |        1 | 9000 | true     |            0 |       0 |           | RESTORED
            a failover that lost the last mark        |       7 |        3 | 5100 | false    |           98 |       0 |           | RESTORED
            a failover that lost later commits        |       7 |        3 | 5100 | true     |           99 |       1 |           | RESTORED
            the connector has read what was lost      |       7 |        3 | 5100 | true     |           99 |       0 |      5101 | RESTORED
            Kafka lost an acknowledged mark           |       7 |        2 | 9000 | true     |          101 |       0 |      8000 | KAFKA_WENT_BACK
            a standby                                 |       7 |          |      | true     |           99 |       0 |           | UNKNOWN
            """)
    void theEvidenceDecides(
            String what,
            long cluster,
            @Nullable Integer timeline,
            @Nullable Long lsn,
            boolean hasMark,
            long acknowledged,
            long missing,
            @Nullable Long connectorLsn,
            State expected) {
        ServerState server = new ServerState(server(cluster), timeline, lsn, hasMark, true, acknowledged, missing);

        JudgementResult verdict = Judgement.judge(server, new KafkaState(MARK, List.of()), MARK, connectorLsn);

        assertThat(verdict.state()).as("%s: %s", what, verdict.reason()).isEqualTo(expected);
    }

    @ParameterizedTest(name = "Kafka read: {0}, payments: {1}, acknowledged: {2}")
    @CsvSource({
        "true,  false, 0, OPEN",
        "true,  true,  0, KAFKA_WENT_BACK",
        "true,  false, 5, KAFKA_WENT_BACK",
        "false, false, 0, UNKNOWN",
        "false, true,  5, UNKNOWN"
    })
    void withoutAnyMarkOnlyAnEmptyDatabaseIsOpen(
            boolean kafkaRead, boolean hasPayments, long acknowledged, State expected) {
        ServerState server = new ServerState(server(CLUSTER), 2, 5_000L, false, hasPayments, acknowledged, 0);

        assertThat(Judgement.judge(server, kafkaRead ? new KafkaState(null, List.of()) : null, null, null)
                        .state())
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "has the mark: {0}")
    @CsvSource({"true, OPEN", "false, RESTORED"})
    void withoutKafkaTheLastMarkThatTheInstanceKnowsDecides(boolean hasMark, State expected) {
        ServerState server = new ServerState(server(CLUSTER), 2, 5_000L, hasMark, true, 100, 0);

        assertThat(Judgement.judge(server, null, MARK, null).state()).isEqualTo(expected);
    }

    @Test
    void aKafkaThatLostAllMarksWentBack() {
        ServerState server = new ServerState(server(CLUSTER), 2, 5_000L, true, true, 100, 0);

        assertThat(Judgement.judge(server, new KafkaState(null, List.of()), MARK, null)
                        .state())
                .isEqualTo(State.KAFKA_WENT_BACK);
    }

    @Test
    void aMarkOfALaterEpochIsNewerWhateverItsSequence() {
        assertThat(Judgement.newer(mark(1, 100), mark(1, 99))).isEqualTo(mark(1, 100));
        assertThat(Judgement.newer(mark(1, 100), mark(2, 90))).isEqualTo(mark(2, 90));
        assertThat(Judgement.newer(null, MARK)).isEqualTo(MARK);
        assertThat(Judgement.newer(MARK, null)).isEqualTo(MARK);
        assertThat(Judgement.newer(null, null)).isNull();
    }

    private static Server server(long cluster) {
        return new Server("jangbu_payment", cluster, TIME);
    }

    private static DatabaseMark mark(long epoch, long sequence) {
        return DatabaseMark.newBuilder()
                .setDatabase("jangbu_payment")
                .setSystemIdentifier(CLUSTER)
                .setTimeline(2)
                .setLsn(5_000)
                .setEpoch(epoch)
                .setSequence(sequence)
                .setNonce("6f1c7a52-2f5b-4d55-9f9b-0d5f7f7d8f11")
                .setWrittenAt(TIME)
                .build();
    }
}
