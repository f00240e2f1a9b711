package dev.jangbu.ledger.reconcile;

import dev.jangbu.contract.NameBasedId;
import dev.jangbu.contract.SettlementKind;
import dev.jangbu.ledger.database.Snapshot;
import java.io.IOException;
import java.io.Reader;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Matches a provider's settlement file with the lines of its receivable account, {@code psp:{psp}:receivable}:
 *
 * <ul>
 *   <li>a charge with the debits of the payment's journals, summed over its parts;
 *   <li>a cancel with the credits of the refund's journals.
 * </ul>
 *
 * <p>A row is matched by its reference. Without one it is matched by the provider's key of the payment or the cancellation,
 * because the journals' ids are the names of those movements, see {@link NameBasedId}. A cancellation that no refund here
 * made, at the provider's console for instance, is missing here.
 *
 * <p>The file is kept in memory, about 200 bytes per row. The ledger is streamed.
 */
public final class Reconciliation {

    private static final int FETCH = 5_000;
    private static final int KEPT = 1_000;

    private static final String RECEIVABLE = """
            SELECT j.reference_id, j.kind, l.currency, count(DISTINCT j.settlement_id) AS parts, max(j.reference_parts) AS of_parts,
                   sum(CASE l.side WHEN 'DEBIT' THEN l.amount ELSE -l.amount END) AS net, min(j.occurred_at) AS occurred_at
            FROM lines l JOIN journals j ON j.settlement_id = l.settlement_id
            WHERE l.account = ?
            GROUP BY j.reference_id, j.kind, l.currency
            """;

    private static final String BY_ID =
            "SELECT settlement_id, reference_id FROM journals WHERE settlement_id IN (:ids)";

    private static final int IDS_MAX = 10_000;

    /** The first line of a payment has this id, the others follow. */
    private static final int FIRST_LINE = 1;

    private static final int LINES_MAX = 100;

    private final Map<Key, Settled> settled = new HashMap<>();
    private final List<SettlementRow> withoutReference = new ArrayList<>();
    private final Map<Difference.Kind, Long> counts = new EnumMap<>(Difference.Kind.class);
    private final List<Difference> kept = new ArrayList<>();
    private final Map<String, BigInteger> matchedNet = new TreeMap<>();
    private long rows;
    private long matched;

    private record Key(SettlementRow.Type type, UUID referenceId) {}

    /** The sum of the file's rows of one payment or refund. More than one row is an error of the file. */
    private record Settled(String currency, BigInteger amount, int rows, long line) {

        Settled plus(Settled other) {
            String both = currency.equals(other.currency) ? currency : currency + " and " + other.currency;
            return new Settled(both, amount.add(other.amount), rows + other.rows, line);
        }
    }

    /**
     * @param rows of the file
     * @param matched the number of payments and refunds without a difference
     * @param matchedNet their charges less their cancels, by currency, in minor units
     * @param counts the number of differences by kind
     * @param differences the first {@value #KEPT} differences
     */
    public record Report(
            long rows,
            long matched,
            Map<String, BigInteger> matchedNet,
            Map<Difference.Kind, Long> counts,
            List<Difference> differences) {

        public boolean agrees() {
            return counts.isEmpty();
        }
    }

    /**
     * Reads both sides and matches them.
     *
     * @param psp the provider's name in the account's code
     * @param from with {@code until}: only journals that occurred in this period are reported as missing in the file;
     *     null: no bound
     * @throws MalformedFileException if the file is malformed
     */
    public static Report run(Reader file, String psp, Snapshot ledger, @Nullable Instant from, @Nullable Instant until)
            throws IOException {
        Reconciliation reconciliation = new Reconciliation();
        SettlementFile.read(file, reconciliation::add);
        reconciliation.resolve(psp, ledger);
        reconciliation.match(psp, ledger, from, until);
        return reconciliation.report();
    }

    private void add(SettlementRow row) {
        rows++;
        row.referenceId().ifPresentOrElse(referenceId -> add(row, referenceId), () -> withoutReference.add(row));
    }

    private void add(SettlementRow row, UUID referenceId) {
        settled.merge(
                new Key(row.type(), referenceId),
                new Settled(row.currency(), BigInteger.valueOf(row.amountMinor()), 1, row.line()),
                Settled::plus);
    }

    /** Matches rows without a reference by the provider's keys. */
    private void resolve(String psp, Snapshot ledger) {
        List<SettlementRow> unknown = resolve(withoutReference, FIRST_LINE, FIRST_LINE, psp, ledger);
        unknown = resolve(unknown, FIRST_LINE + 1, LINES_MAX, psp, ledger);
        unknown.forEach(row -> addDifference(
                Difference.Kind.MISSING_HERE,
                row.description()
                        + (row.transactionKey().isEmpty() && row.paymentKey().isEmpty()
                                ? " has an unknown reference"
                                : row.type() == SettlementRow.Type.CANCEL
                                        ? ", is of no refund made here"
                                        : ", is of no payment made here")));
    }

    /** Matches rows by the names of the settlements of these lines; returns the others. */
    private List<SettlementRow> resolve(
            List<SettlementRow> rowsLeft, int firstLine, int lastLine, String psp, Snapshot ledger) {
        List<SettlementRow> unknown = new ArrayList<>();
        int lines = lastLine - firstLine + 1;
        int step = Math.max(1, IDS_MAX / lines);
        for (int from = 0; from < rowsLeft.size(); from += step) {
            Map<UUID, SettlementRow> byId = new HashMap<>();
            List<SettlementRow> some = rowsLeft.subList(from, Math.min(from + step, rowsLeft.size()));
            some.forEach(row -> {
                for (int line = firstLine; line <= lastLine; line++) {
                    settlementId(psp, row, line).ifPresent(id -> byId.put(id, row));
                }
            });
            Map<SettlementRow, UUID> references = new HashMap<>();
            if (!byId.isEmpty()) {
                ledger.sql(BY_ID).param("ids", byId.keySet()).query(journal -> {
                    references.put(
                            Objects.requireNonNull(
                                    byId.get(journal.getObject("settlement_id", UUID.class)), "asked for"),
                            journal.getObject("reference_id", UUID.class));
                });
            }
            for (SettlementRow row : some) {
                UUID referenceId = references.get(row);
                if (referenceId == null) {
                    unknown.add(row);
                } else {
                    add(row, referenceId);
                }
            }
        }
        return unknown;
    }

    private static Optional<UUID> settlementId(String psp, SettlementRow row, int line) {
        String lineId = Integer.toString(line);
        String key = row.type() == SettlementRow.Type.CHARGE ? row.paymentKey() : row.transactionKey();
        if (key.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                row.type() == SettlementRow.Type.CHARGE
                        ? NameBasedId.ofChargedLine(psp, key, lineId)
                        : NameBasedId.ofCanceledLine(psp, key, lineId));
    }

    private void match(String psp, Snapshot ledger, @Nullable Instant from, @Nullable Instant until) {
        ledger.sql(RECEIVABLE)
                .withFetchSize(FETCH)
                .param("psp:" + psp + ":receivable")
                .query(row -> {
                    match(row, from, until);
                });
        settled.forEach((key, inFile) -> addDifference(
                Difference.Kind.MISSING_HERE,
                "%s of %d %s, %s, in line %d"
                        .formatted(key.type(), inFile.amount(), inFile.currency(), key.referenceId(), inFile.line())));
    }

    private void match(ResultSet row, @Nullable Instant from, @Nullable Instant until) throws SQLException {
        UUID referenceId = row.getObject("reference_id", UUID.class);
        SettlementKind kind = SettlementKind.valueOf(row.getString("kind"));
        SettlementRow.Type type =
                kind == SettlementKind.PAYMENT ? SettlementRow.Type.CHARGE : SettlementRow.Type.CANCEL;
        String currency = row.getString("currency");
        BigInteger net = row.getBigDecimal("net").toBigIntegerExact();
        BigInteger amount = type == SettlementRow.Type.CHARGE ? net : net.negate();
        int parts = row.getInt("parts");
        int ofParts = row.getInt("of_parts");
        Settled inFile = settled.remove(new Key(type, referenceId));
        String posted = "%s %s of %d %s".formatted(kind, referenceId, amount, currency)
                + (parts < ofParts ? ", of which only %d of %d parts are posted".formatted(parts, ofParts) : "");
        if (inFile == null) {
            Instant occurred =
                    row.getObject("occurred_at", OffsetDateTime.class).toInstant();
            if ((from == null || !occurred.isBefore(from)) && (until == null || occurred.isBefore(until))) {
                addDifference(Difference.Kind.MISSING_THERE, posted);
            }
        } else if (inFile.amount().equals(amount) && inFile.currency().equals(currency)) {
            matched++;
            matchedNet.merge(currency, net, BigInteger::add);
        } else {
            addDifference(
                    Difference.Kind.DIFFERENT_AMOUNT,
                    "%s; the file has %d %s in %s %d"
                            .formatted(
                                    posted,
                                    inFile.amount(),
                                    inFile.currency(),
                                    inFile.rows() == 1 ? "line" : inFile.rows() + " lines from",
                                    inFile.line()));
        }
    }

    private void addDifference(Difference.Kind kind, String description) {
        counts.merge(kind, 1L, Long::sum);
        if (kept.size() < KEPT) {
            kept.add(new Difference(kind, description));
        }
    }

    private Report report() {
        return new Report(rows, matched, matchedNet, counts, List.copyOf(kept));
    }
}
