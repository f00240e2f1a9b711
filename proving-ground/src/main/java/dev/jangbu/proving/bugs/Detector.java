package dev.jangbu.proving.bugs;

import dev.jangbu.proving.audit.AuditReport;
import dev.jangbu.proving.audit.Finding;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * The detectors of a bug: the invariants of the audit by their class names, and others. The files of the bugs write
 * the names with hyphens: {@code settled-once}.
 */
enum Detector {
    ONE_CHARGE_PER_PAYMENT("1"),
    REFUNDS_ADD_UP("1"),
    CLIENTS("2, 11"),
    OUTBOX_MATCHES_APPROVALS("3"),
    OUTBOX_IS_PUBLISHED("3"),
    SETTLED_ONCE("4"),
    PAYOUTS_ARE_COVERED("4"),
    BALANCED("5"),
    WALLETS_MATCH_THE_BOOK("6"),
    GAP_FREE("7"),
    ONE_COMPLETION("8"),
    LEGAL_HISTORY("8"),
    MONEY_IS_CONSERVED("9"),
    LEDGER_REFUSES_CHANGE("10"),
    /** A payment, refund or payout stays open although no stage has pending work. */
    COMES_TO_ITS_END("12"),
    REBUILT_FROM_KAFKA("13"),
    /**
     * A posting or a completion was published before its journal was in the ledger. Only a consumer at that time sees
     * it.
     */
    PUBLISHED_TOO_EARLY("early"),
    /** A service stopped itself and logged the reason. It proves a violation only together with {@link #NOT_QUIET}. */
    FAILED_FAST("stopped"),
    /** The stack did not become quiet. It proves nothing alone, because an outage looks the same. */
    NOT_QUIET("12");

    private final String column;

    Detector(String column) {
        this.column = column;
    }

    /** The column of the report: the numbers of its invariants in {@code docs/audit.md}, or a word. */
    String column() {
        return column;
    }

    /** Whether its report alone proves a violation. */
    boolean proves() {
        return this != NOT_QUIET && this != FAILED_FAST;
    }

    /** The class name: {@code SettledOnce} for {@code SETTLED_ONCE}. */
    String label() {
        StringBuilder label = new StringBuilder();
        for (String word : name().split("_", -1)) {
            label.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return label.toString();
    }

    /** The detections of an audit: each broken invariant with its first evidence. */
    static Map<Detector, String> of(AuditReport report) {
        Map<Detector, String> detections = new EnumMap<>(Detector.class);
        for (Finding finding : report.findings()) {
            if (!finding.holds()) {
                String name =
                        finding.name().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
                detections.put(valueOf(name), finding.evidence().getFirst());
            }
        }
        if (!report.waitingFor().isEmpty()) {
            detections.put(NOT_QUIET, report.waitingFor().getFirst());
        }
        return detections;
    }
}
