package dev.jangbu.ledger.reconcile;

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

    private final Map<Key, Settled> settled = new HashMap<>();
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
        reconciliation.match(psp, ledger, from, until);
        return reconciliation.report();
    }

    private void add(SettlementRow row) {
        rows++;
        UUID referenceId = row.referenceId().orElse(null);
        if (referenceId == null) {
            addDifference(
                    Difference.Kind.MISSING_HERE,
                    "%s of %d %s in line %d has an unknown reference"
                            .formatted(row.type(), row.amountMinor(), row.currency(), row.line()));
            return;
        }
        settled.merge(
                new Key(row.type(), referenceId),
                new Settled(row.currency(), BigInteger.valueOf(row.amountMinor()), 1, row.line()),
                Settled::plus);
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
