package dev.jangbu.proving.torture;

import dev.jangbu.proving.stack.OwnStack;
import dev.jangbu.proving.stack.PspSimulator;
import dev.jangbu.proving.stack.StackAddress;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;

/** Does to a stack what a plan says. */
final class FaultInjector {

    /** How it begins what it says of a fault that could not strike. */
    static final String NOT_DONE = "not done";

    private static final Duration DONE_WITHIN = Duration.ofSeconds(40);
    private static final Duration BETWEEN = Duration.ofMillis(500);

    /** The very same rows, with their time: only so are they duplicates. The role may delete and insert, and nothing else. */
    private static final String REPUBLISH = """
            WITH gone AS (
                DELETE FROM outbox
                 WHERE id IN (SELECT id FROM outbox ORDER BY md5(id::text || ?) LIMIT ?)
                RETURNING id, aggregatetype, aggregateid, type, payload, ce_time, traceparent, created_at)
            INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, ce_time, traceparent, created_at)
            SELECT * FROM gone
            """;

    private final OwnStack stack;
    private final StackAddress address;
    private final long usualSeed;
    private final Map<String, Integer> usual;

    /** At a PSP that otherwise behaves. */
    FaultInjector(OwnStack stack, StackAddress address) {
        this(stack, address, 0, Map.of());
    }

    /** @param usual how the PSP misbehaves when there is no storm, of 1,000 calls */
    FaultInjector(OwnStack stack, StackAddress address, long usualSeed, Map<String, Integer> usual) {
        this.stack = stack;
        this.address = address;
        this.usualSeed = usualSeed;
        this.usual = Map.copyOf(usual);
    }

    /** FaultSchedule, and says what came of it when the fault is over. What needs a part that is down waits for it, but not for ever. */
    String strike(Fault fault) throws InterruptedException {
        return strike(fault, () -> {});
    }

    /** @param now called in the moment in which it strikes, should it have to wait for that */
    String strike(Fault fault, Runnable now) throws InterruptedException {
        return switch (fault) {
            case Fault.Killed killed -> kill(killed.part());
            case Fault.Paused paused -> pause(paused.part(), paused.duration());
            case Fault.Silent silent -> pause(silent.part(), silent.duration());
            case Fault.Restarted restarted -> restart(restarted.part());
            case Fault.Unstored unstored -> killBeforeOffsetsAreStored(unstored, now);
            case Fault.Republished republished ->
                patiently(() -> {
                    now.run();
                    return republish(republished);
                });
            case Fault.Poisoned poisoned ->
                patiently(() -> {
                    now.run();
                    return Poison.send(address, poisoned);
                });
            case Fault.Storm storm -> storm(storm);
        };
    }

    private String kill(String part) {
        Optional<ProcessHandle> process = stack.process(part);
        process.ifPresent(ProcessHandle::destroyForcibly);
        return process.map(killed -> "process " + killed.pid()).orElse("it is down already");
    }

    private String pause(String part, Duration duration) throws InterruptedException {
        Optional<ProcessHandle> process = stack.process(part);
        if (process.isEmpty()) {
            return "it is down already";
        }
        ProcessPause still = ProcessPause.of(process.get());
        try {
            Thread.sleep(duration);
        } finally {
            still.end();
        }
        return process.get().isAlive()
                ? still + " goes on"
                : still + " was gone when it should have gone on: something else has ended it meanwhile";
    }

    private String restart(String part) throws InterruptedException {
        Optional<ProcessHandle> process = stack.process(part);
        if (process.isEmpty()) {
            return "it is down already";
        }
        // INT is PostgreSQL's fast shutdown: sessions are ended, everything is written.
        Signal.send(part.equals("postgres") ? "INT" : "TERM", process.get());
        long begin = System.nanoTime();
        while (process.get().isAlive()) {
            if (System.nanoTime() - begin > DONE_WITHIN.toNanos()) {
                return "process %d doesn't end within %d s of being asked to"
                        .formatted(process.get().pid(), DONE_WITHIN.toSeconds());
            }
            Thread.sleep(20);
        }
        return "process %d ended in order after %d ms"
                .formatted(process.get().pid(), (System.nanoTime() - begin) / 1_000_000);
    }

    private String killBeforeOffsetsAreStored(Fault.Unstored unstored, Runnable now) throws InterruptedException {
        try (ConnectOffsets offsets = new ConnectOffsets(address)) {
            long came = offsets.awaitUnstored(unstored.records(), DONE_WITHIN);
            if (came == 0) {
                return NOT_DONE
                        + ": in %d s there were never so many records after stored offsets"
                                .formatted(DONE_WITHIN.toSeconds());
            }
            now.run();
            return "%s, %d records after the offsets that it had stored last".formatted(kill("connect"), came);
        } catch (KafkaException e) {
            return NOT_DONE + ", something else is down: " + e.getMessage();
        }
    }

    private String republish(Fault.Republished republished) throws SQLException {
        try (Connection connection = address.openAs("jangbu_maintenance");
                PreparedStatement statement = connection.prepareStatement(REPUBLISH)) {
            statement.setString(1, Integer.toString(republished.draw()));
            statement.setInt(2, republished.rows());
            return statement.executeUpdate() + " rows";
        }
    }

    private String storm(Fault.Storm storm) throws InterruptedException {
        try (PspSimulator psp = new PspSimulator(address)) {
            String begun = patiently(() -> {
                psp.misbehave(storm.draw(), storm.perMille());
                return "it is over";
            });
            Thread.sleep(storm.duration());
            patiently(() -> {
                psp.misbehave(usualSeed, usual);
                return "";
            });
            return begun;
        }
    }

    private interface Act {
        String run() throws IOException, SQLException, ExecutionException, InterruptedException;
    }

    private static String patiently(Act act) throws InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            Exception trouble;
            try {
                return act.run();
            } catch (SQLException | KafkaException | IOException | ExecutionException e) {
                trouble = e;
            }
            if (System.nanoTime() - begin > DONE_WITHIN.toNanos()) {
                return NOT_DONE + ", something else is down: " + trouble.getMessage();
            }
            Thread.sleep(BETWEEN);
        }
    }
}
