package dev.jangbu.proving.torture;

import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.stack.Await;
import dev.jangbu.proving.stack.EphemeralStack;
import dev.jangbu.proving.stack.ProcessPause;
import dev.jangbu.proving.stack.PspSimulatorClient;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/**
 * Injects faults into a stack.
 *
 * @param permanentFaults PSP faults without a storm, per 1,000 calls
 */
record FaultInjector(
        EphemeralStack stack,
        Installation address,
        DatabaseRestore restore,
        long permanentSeed,
        Map<String, Integer> permanentFaults) {

    /** Prefix of the outcome of a fault that could not be injected. */
    static final String SKIPPED = "skipped";

    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final Duration UNCOMMITTED_TIMEOUT = Duration.ofSeconds(40);
    private static final Duration RETRY_DELAY = Duration.ofMillis(500);

    /**
     * Deletes and reinserts the same rows with their times, so that they are duplicates. The role has DELETE and INSERT
     * only.
     */
    private static final String REPUBLISH = """
            WITH gone AS (
                DELETE FROM outbox
                 WHERE id IN (SELECT id FROM outbox ORDER BY md5(id::text || ?) LIMIT ?)
                RETURNING id, aggregatetype, aggregateid, type, payload, ce_time, traceparent, created_at)
            INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, ce_time, traceparent, created_at)
            SELECT * FROM gone
            """;

    /**
     * Injects a fault and returns its outcome when it is over. Retries for a limited time if a required part is down.
     *
     * @param onStart called when the fault starts, if it starts late
     */
    String inject(Fault fault, Runnable onStart) throws InterruptedException {
        return switch (fault) {
            case Fault.Killed killed -> kill(killed.part());
            case Fault.Paused paused -> pause(paused.part(), paused.duration());
            case Fault.Restarted restarted -> restart(restarted.part());
            case Fault.KilledBeforeOffsetCommit killed -> killBeforeOffsetsAreStored(killed, onStart);
            case Fault.Republished republished -> retry(onStart, () -> republish(republished));
            case Fault.Poisoned poisoned -> retry(onStart, () -> Poison.send(address, poisoned));
            case Fault.PspFaultStorm storm -> storm(storm);
            case Fault.Restored restored -> restore.run(restored.age(), onStart);
        };
    }

    private String kill(String part) {
        Optional<ProcessHandle> process = stack.process(part);
        process.ifPresent(ProcessHandle::destroyForcibly);
        return process.map(killed -> "process " + killed.pid()).orElse("process is already down");
    }

    private String pause(String part, Duration duration) throws InterruptedException {
        Optional<ProcessHandle> process = stack.process(part);
        if (process.isEmpty()) {
            return "process is already down";
        }
        ProcessPause pause = ProcessPause.of(process.get());
        try {
            Thread.sleep(duration);
        } finally {
            pause.resume();
        }
        return process.get().isAlive() ? pause + " resumed" : pause + " ended during the pause";
    }

    private String restart(String part) throws InterruptedException {
        Optional<ProcessHandle> process = stack.process(part);
        if (process.isEmpty()) {
            return "process is already down";
        }
        // SIGINT is PostgreSQL's fast shutdown.
        ProcessPause.signal(part.equals("postgres") ? "INT" : "TERM", process.get());
        long begin = System.nanoTime();
        boolean ended =
                Await.holds(TIMEOUT, Duration.ofMillis(20), () -> !process.get().isAlive());
        return "process %d %s after %d ms"
                .formatted(
                        process.get().pid(),
                        ended ? "ended" : "has not ended",
                        (System.nanoTime() - begin) / 1_000_000);
    }

    private String killBeforeOffsetsAreStored(Fault.KilledBeforeOffsetCommit fault, Runnable onStart)
            throws InterruptedException {
        try (ConnectOffsets offsets = new ConnectOffsets(address)) {
            long records = offsets.awaitUncommitted(fault.records(), UNCOMMITTED_TIMEOUT);
            if (records == 0) {
                return SKIPPED
                        + ": in %d s there were never enough records after stored offsets"
                                .formatted(UNCOMMITTED_TIMEOUT.toSeconds());
            }
            onStart.run();
            return "%s, %d records after its last stored offsets".formatted(kill("connect"), records);
        } catch (KafkaException e) {
            return SKIPPED + ", another part is down: " + e.getMessage();
        }
    }

    private String republish(Fault.Republished republished) throws SQLException {
        try (Connection connection = address.openAs("jangbu_maintenance");
                PreparedStatement statement = connection.prepareStatement(REPUBLISH)) {
            statement.setString(1, Integer.toString(republished.draw()));
            statement.setInt(2, republished.rows());
            int rows = statement.executeUpdate();
            if (rows == 0) {
                throw new SQLException("the outbox has no rows yet");
            }
            return rows + " rows";
        }
    }

    private String storm(Fault.PspFaultStorm storm) throws InterruptedException {
        try (PspSimulatorClient psp = new PspSimulatorClient(address)) {
            String outcome = setFaults(psp, storm.draw(), storm.perMille());
            Thread.sleep(storm.duration());
            setFaults(psp, permanentSeed, permanentFaults);
            return outcome;
        }
    }

    private static String setFaults(PspSimulatorClient psp, long seed, Map<String, Integer> perMille)
            throws InterruptedException {
        return retry(() -> {}, () -> {
            psp.injectFaults(seed, perMille);
            return "ended";
        });
    }

    /** @param onStart called before each attempt */
    private static String retry(Runnable onStart, Await.Attempt<String> attempt) throws InterruptedException {
        try {
            return Await.value("a part", TIMEOUT, RETRY_DELAY, () -> {
                onStart.run();
                return attempt.run();
            });
        } catch (IllegalStateException e) {
            return SKIPPED + ": " + e.getMessage();
        }
    }
}
