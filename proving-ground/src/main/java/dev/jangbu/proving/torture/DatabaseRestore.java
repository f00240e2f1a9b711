package dev.jangbu.proving.torture;

import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import dev.jangbu.proving.stack.Await;
import dev.jangbu.proving.stack.BaseBackup;
import dev.jangbu.proving.stack.EphemeralStack;
import dev.jangbu.proving.stack.EphemeralStack.CommandResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Replaces PostgreSQL's data by a backup taken during the load, and does what {@code docs/restore.md} asks of an
 * operator and the clients. A step that fails is a violation of the load.
 *
 * @param out receives the list of {@code restore apply} for a person
 */
public record DatabaseRestore(EphemeralStack stack, ClientLoad load, PublicationMonitor monitor, Consumer<String> out) {

    private static final Duration BACKUP_LIMIT = Duration.ofMinutes(2);
    private static final Duration NOTICE_LIMIT = Duration.ofMinutes(2);
    private static final Duration APPLY_LIMIT = Duration.ofMinutes(5);
    private static final Duration OPEN_LIMIT = Duration.ofMinutes(2);
    private static final Duration INTERVAL = Duration.ofMillis(250);

    /** Refused in any state of the database: the body has no order. */
    private static final String NO_PAYMENT = "{}";

    /** Undecided: a part does not answer. */
    private static final int UNDECIDED = 2;

    private static final String OPENED = "The database is open";

    /**
     * Runs the restore and returns its outcome when the clients have repeated their calls.
     *
     * @param age time between the backup and the loss of the data
     * @param onLoss called when the data are lost
     */
    public String run(Duration age, Runnable onLoss) throws InterruptedException {
        Restores restores = load.restores();
        long since = System.nanoTime();
        try (HttpApi api = new HttpApi(stack.address().api(), stack.address().apiKey())) {
            Path backup = Await.value(
                    "a base backup",
                    BACKUP_LIMIT,
                    INTERVAL,
                    () -> BaseBackup.take(stack.address(), stack.data(), BaseBackup.Slots.LEFT_OUT));
            // The lost WAL ends far beyond what the restoration writes.
            advanceWal();
            Thread.sleep(age);
            onLoss.run();
            restores.begin();
            monitor.databaseGoesBack();
            BaseBackup.killAndRestore(stack, backup);
            return complete(api, since);
        } catch (IOException | IllegalStateException e) {
            load.addViolation("the restore of the database failed: " + e.getMessage());
            return "failed: " + e.getMessage();
        } finally {
            restores.end();
        }
    }

    private String complete(HttpApi api, long since) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        try {
            awaitAnswer(api, "that the restored database is closed", NOTICE_LIMIT, true);
        } finally {
            monitor.databaseIsBack();
            load.announceRestore(since);
        }
        long closed = System.nanoTime();
        CommandResult applied = Await.value(
                "restore apply",
                APPLY_LIMIT,
                INTERVAL,
                () -> stack.run(
                        Map.of(), "restore", "apply", "--data", stack.data().toString()),
                result -> result.exitCode() != UNDECIDED);
        applied.output().lines().filter(line -> line.startsWith("  ! ")).forEach(out);
        if (!applied.output().contains(OPENED)) {
            throw new IllegalStateException("restore apply: " + applied);
        }
        awaitAnswer(api, "that the database is open", OPEN_LIMIT, false);
        long opened = System.nanoTime();
        int calls = load.repeatLostCalls();
        // The restored WAL passes the end of the lost one: a connector that still waits for that goes on.
        advanceWal();
        return "noticed after %s s, open after %s s, exit code %d; %,d calls repeated until %s s"
                .formatted(
                        seconds(begin, closed),
                        seconds(begin, opened),
                        applied.exitCode(),
                        calls,
                        seconds(begin, System.nanoTime()));
    }

    private void advanceWal() throws InterruptedException {
        Await.value("the WAL to advance", BACKUP_LIMIT, INTERVAL, () -> {
            BaseBackup.advanceWal(stack.address());
            return true;
        });
    }

    private static void awaitAnswer(HttpApi api, String what, Duration limit, boolean closed)
            throws InterruptedException {
        Await.value(
                what,
                limit,
                INTERVAL,
                () -> api.post("/payments", "restore-probe", NO_PAYMENT),
                answer -> closed ? isClosed(answer) : answer.status() < 500);
    }

    private static boolean isClosed(Response answer) {
        return answer.status() == 503 && answer.text("code").equals("restored");
    }

    private static String seconds(long fromNanos, long toNanos) {
        return RunClock.seconds((toNanos - fromNanos) / 1_000_000);
    }
}
