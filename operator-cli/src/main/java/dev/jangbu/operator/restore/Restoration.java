package dev.jangbu.operator.restore;

import dev.jangbu.contract.DatabaseMark;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.operator.console.CommandException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Completes a payments database that went back in time, or whose outbox connector can't continue, and opens it:
 *
 * <ol>
 *   <li>stops the outbox connector
 *   <li>restores what Kafka has settled: payments, refunds, payouts, their outbox rows and completions
 *   <li>adopts or notes what only the PSP knows
 *   <li>deletes idempotency keys whose time is over
 *   <li>creates the replication slot again, then the outbox rows that Kafka lacks
 *   <li>writes and publishes a mark of a raised epoch, which opens the database, and resumes the connector
 * </ol>
 *
 * <p>Each payment, refund or payout is one transaction. A run that was interrupted is continued by the next one.
 */
final class Restoration {

    /** The PSP may have charged before the newest mark and answered after it. */
    private static final Duration PSP_MARGIN = Duration.ofHours(1);

    /** A row is created when its transaction begins. */
    private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(1);

    /** One line of progress for so many references. */
    private static final int PROGRESS = 1_000;

    private static final String API_KEYS = """
            SELECT id, name
              FROM api_keys
             WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) AND created_at < ?
             ORDER BY name, id
            """;

    private static final String UNSETTLED = """
            SELECT order_id, payment_key, currency, amount
              FROM unsettled_charges u
             WHERE NOT EXISTS (SELECT FROM payments
                                WHERE psp = u.psp AND payment_key = u.payment_key
                                      AND status IN ('APPROVED', 'COMPLETED'))
             ORDER BY seen_at, payment_key
            """;

    private static final String DELETE_KEYS =
            "DELETE FROM idempotency_keys WHERE created_at < now() - ? * interval '1 millisecond'";

    private final Parts parts;
    private final Options options;
    private final Marks marks;
    private final LostCompletions completions;
    private final Report report;

    /** @param lines receives the printed lines */
    Restoration(Parts parts, Options options, Consumer<String> lines) {
        this.parts = parts;
        this.options = options;
        this.marks = new Marks(parts.kafka(), parts.serdes());
        this.completions = new LostCompletions(parts.kafka(), parts.serdes());
        this.report = new Report(lines);
    }

    /** Opens a connection when it is needed: a plan needs neither maintenance nor replication. */
    interface ConnectionSource {
        Database open() throws SQLException;
    }

    /**
     * The parts of the installation.
     *
     * @param audit reads the payments database
     * @param maintenance a connection as {@code jangbu_maintenance}
     * @param replication a connection as {@code jangbu_cdc}
     */
    record Parts(
            String kafka,
            RecordSerdes serdes,
            Database audit,
            ConnectionSource maintenance,
            ConnectionSource replication,
            OutboxConnector connector,
            Optional<PspTransactions> psp,
            Clock clock) {}

    /**
     * @param applies false: only plans
     * @param since the beginning of the comparison with the PSP; null: an hour before the newest mark in the database
     * @param keysKeptFor the setting {@code jangbu.idempotency.kept-for} of payment-api
     */
    record Options(boolean applies, @Nullable Instant since, Duration keysKeptFor) {}

    /**
     * Plans or restores.
     *
     * @return whether nothing is left to do, neither for this command nor for a person
     * @throws CommandException if the losses can't be determined, or the database is open
     */
    boolean run() throws SQLException {
        // Before the end of the WAL is read: what Connect has stored was committed earlier.
        OptionalLong stored = parts.connector().storedLsn();
        Marks.State state = marks.read(parts.audit());
        Optional<String> interruption = interruption(stored, state);
        boolean stops = options.applies() && (!state.stands() || interruption.isPresent());
        if (stops) {
            stopConnector();
        }
        KafkaComparison.Result lost = compare();
        if (state.stands()) {
            if (lost.lackingRows().isEmpty() && interruption.isEmpty()) {
                report.progress("The database has mark %d of epoch %d and every request on Kafka: nothing to restore."
                        .formatted(state.newest().getSequence(), state.newest().getEpoch()));
                lost.references().forEach(reference -> report.forPerson(reference.describe() + ": not restored"));
                return end(lost);
            }
            if (!lost.lackingRows().isEmpty() && state.isFresh()) {
                throw new CommandException(
                        "payment-api has opened this database, whose outbox lacks %d requests that Kafka has."
                                .formatted(lost.lackingRows().size()));
            }
            if (options.applies() && !stops) {
                stopConnector();
                lost = compare();
            }
        }
        interruption.ifPresent(report::progress);
        Instant since = since(state);
        if (options.applies()) {
            apply(lost, state, since);
        } else {
            plan(lost, since, state.now());
        }
        if (!state.stands()) {
            listApiKeys(since);
        }
        return end(lost) && options.applies();
    }

    /** Why the connector can't continue where it was; empty if it can. */
    private Optional<String> interruption(OptionalLong stored, Marks.State state) throws SQLException {
        if (stored.isPresent() && stored.getAsLong() > state.lsn()) {
            return Optional.of("The outbox connector has read up to %d, beyond the end of the WAL at %d."
                    .formatted(stored.getAsLong(), state.lsn()));
        }
        return ReplicationSlot.isUsable(parts.audit())
                ? Optional.empty()
                : Optional.of("The replication slot is missing or lost.");
    }

    private void stopConnector() {
        parts.connector().stop();
        report.progress("The outbox connector is stopped.");
    }

    private KafkaComparison.Result compare() throws SQLException {
        report.progress("Comparing the requests on Kafka with the database.");
        return KafkaComparison.compare(parts.kafka(), parts.serdes(), parts.audit(), parts.clock());
    }

    private Instant since(Marks.State state) {
        if (options.since() != null) {
            return options.since();
        }
        if (state.reachedAt() == null) {
            throw new CommandException("The database has no mark: set --since to a time before the backup.");
        }
        return state.reachedAt().minus(PSP_MARGIN);
    }

    private void plan(KafkaComparison.Result lost, Instant since, Instant now) throws SQLException {
        for (LostReference reference : lost.references()) {
            ReferenceRestorer.obstacle(reference)
                    .ifPresentOrElse(
                            reason -> report.forPerson(reference.describe() + ": " + reason),
                            () -> report.progress("  " + line(reference)));
        }
        Set<UUID> references = lost.references().stream().map(LostReference::id).collect(Collectors.toSet());
        report.progress("%d requests lack their outbox row; %d outbox rows are to be published."
                .formatted(lost.lackingRows().size(), lost.unpublished().size()));
        report.progress("%d completions are to be applied.".formatted(completions.count(parts.audit(), references)));
        comparePsp(parts.audit(), lost, since, now);
        report.progress("Then the replication slot is to be created again, and the database to be opened.");
    }

    private void apply(KafkaComparison.Result lost, Marks.State state, Instant since) throws SQLException {
        try (Database maintenance = parts.maintenance().open();
                Database replication = parts.replication().open()) {
            LostOutboxRows outbox = new LostOutboxRows(maintenance, parts.serdes());
            Set<UUID> unpublished = new HashSet<>(lost.unpublished());
            restore(lost.references(), new ReferenceRestorer(maintenance, outbox), unpublished);
            for (KafkaRequest request : lost.lackingRows()) {
                outbox.insert(request);
            }
            report.progress("%d requests have their outbox row."
                    .formatted(lost.lackingRows().size()));
            report.progress("%d completions are applied.".formatted(completions.apply(maintenance)));
            comparePsp(maintenance, lost, since, state.now());
            report.progress("%d idempotency keys are deleted, whose time is over."
                    .formatted(maintenance.update(
                            DELETE_KEYS, options.keysKeptFor().toMillis())));
            parts.connector().deleteOffsets();
            ReplicationSlot.createAgain(replication);
            report.progress("The replication slot is created again.");
            if (state.stands()) {
                unpublished.addAll(writtenMeanwhile(lost, outbox, state.now()));
            }
            // Only now: the slot has nothing that was written before it.
            outbox.reinsert(unpublished);
            report.progress("%d outbox rows are to be published.".formatted(unpublished.size()));
            DatabaseMark mark = marks.open(maintenance, state.newest());
            parts.connector().resume();
            report.progress("The database is open, with mark %d of epoch %d. The outbox connector is resumed."
                    .formatted(mark.getSequence(), mark.getEpoch()));
        }
    }

    /** An open database goes on: the comparison has not seen these rows, and the slot may be newer than they are. */
    private static Set<UUID> writtenMeanwhile(KafkaComparison.Result lost, LostOutboxRows outbox, Instant begin)
            throws SQLException {
        Set<UUID> written = new HashSet<>(outbox.since(begin.minus(LONGEST_TRANSACTION)));
        lost.lackingRows().forEach(request -> written.remove(request.settlementId()));
        return written;
    }

    private void restore(List<LostReference> references, ReferenceRestorer restorer, Set<UUID> unpublished)
            throws SQLException {
        int count = 0;
        for (LostReference reference : references) {
            Optional<String> obstacle = ReferenceRestorer.obstacle(reference);
            if (obstacle.isPresent()) {
                report.forPerson(reference.describe() + ": " + obstacle.get());
                continue;
            }
            try {
                unpublished.addAll(restorer.restore(reference));
                report.progress("  " + line(reference));
            } catch (Unrestorable e) {
                report.forPerson(reference.describe() + ": " + e.getMessage());
            }
            count++;
            if (count % PROGRESS == 0) {
                report.progress("%d of %d are restored.".formatted(count, references.size()));
            }
        }
    }

    private void comparePsp(Database database, KafkaComparison.Result lost, Instant since, Instant now)
            throws SQLException {
        if (parts.psp().isPresent()) {
            report.progress("Comparing the PSP's transactions since %s.".formatted(since));
            new PspComparison(database, options.applies(), lost.references(), report)
                    .compare(parts.psp().get(), since, now);
        } else {
            report.forPerson("The PSP's transactions since %s were not compared.".formatted(since));
        }
    }

    private static String line(LostReference reference) {
        return "restore %s (%s)"
                .formatted(reference.describe(), reference.status() == null ? "missing" : "is " + reference.status());
    }

    /** A backup may have revived keys that were revoked after it. */
    private void listApiKeys(Instant before) throws SQLException {
        List<String> keys = parts.audit()
                .list(API_KEYS, row -> row.getString("name") + " " + row.getString("id"), before.plus(PSP_MARGIN));
        if (!keys.isEmpty()) {
            report.progress("Valid API keys that are older than the backup. Revoke those that were revoked after it: "
                    + String.join(", ", keys));
        }
    }

    private boolean end(KafkaComparison.Result lost) throws SQLException {
        lost.refused()
                .forEach((reference, reason) ->
                        report.forPerson("%s: its request was refused: %s".formatted(reference, reason)));
        parts.audit()
                .list(
                        UNSETTLED,
                        row -> ("The PSP has charged %d %s of order %s with the payment key %s. It is settled if its"
                                        + " client repeats the payment; else cancel it at the PSP.")
                                .formatted(
                                        row.getLong("amount"),
                                        row.getString("currency"),
                                        row.getString("order_id"),
                                        row.getString("payment_key")))
                .forEach(report::forPerson);
        return report.end();
    }
}
