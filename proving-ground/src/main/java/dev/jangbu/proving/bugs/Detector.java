package dev.jangbu.proving.bugs;

import dev.jangbu.proving.audit.AuditReport;
import dev.jangbu.proving.audit.Finding;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Who may notice that something is wrong. Their names are the classes that look, in the files of the bugs with hyphens. */
enum Detector {
    ONE_CHARGE_PER_PAYMENT("1"),
    REFUNDS_ADD_UP("1"),
    CLIENTS("2, 11"),
    OUTBOX_SAYS_WHAT_WAS_APPROVED("3"),
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
    /** Open, and nobody has anything left to do for it. */
    COMES_TO_ITS_END("12"),
    REBUILT_FROM_KAFKA("13"),
    /** A posting or a completion that was announced before what it says was in the book: only one who is there sees it. */
    ANNOUNCED_TOO_EARLY("early"),
    /** A part of the stack said why it doesn't go on. It proves a breach only together with {@link #NOT_QUIET}. */
    STOPPED_LOUDLY("stopped"),
    /** The stack didn't come to its end. By itself that is a suspicion: an outage looks the same. */
    NOT_QUIET("12");

    private final String column;

    Detector(String column) {
        this.column = column;
    }

    /** Where it is marked in the report: the invariants that it looks at, as {@code docs/audit.md} numbers them, or a word. */
    String column() {
        return column;
    }

    /** Whether a report of it alone proves that something is broken. */
    boolean proves() {
        return this != NOT_QUIET && this != STOPPED_LOUDLY;
    }

    /** {@code SETTLED_ONCE} is SettledOnce. */
    String label() {
        StringBuilder label = new StringBuilder();
        for (String word : name().split("_", -1)) {
            label.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return label.toString();
    }

    /** What an audit has to say, each broken invariant with its first evidence. */
    static Map<Detector, String> of(AuditReport report) {
        Map<Detector, String> said = new EnumMap<>(Detector.class);
        for (Finding finding : report.findings()) {
            if (!finding.holds()) {
                said.put(ofClass(finding.name()), finding.evidence().getFirst());
            }
        }
        if (!report.waitingFor().isEmpty()) {
            said.put(NOT_QUIET, report.waitingFor().getFirst());
        }
        return said;
    }

    private static Detector ofClass(String name) {
        for (Detector detector : values()) {
            if (detector.label().equals(name)) {
                return detector;
            }
        }
        throw new IllegalStateException("The audit has an invariant that the bugs know nothing of: " + name);
    }
}
