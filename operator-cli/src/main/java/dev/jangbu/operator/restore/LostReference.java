package dev.jangbu.operator.restore;

import dev.jangbu.contract.SettlementKind;
import dev.jangbu.contract.SettlementRequested;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A payment, refund or payout that Kafka has settled, and the database lacks or has in an earlier state.
 *
 * @param status in the database; null if it has no row
 * @param parts what Kafka has of it, in the order of the lines, each once
 */
record LostReference(UUID id, SettlementKind kind, @Nullable String status, List<KafkaRequest> parts) {

    /** Payments, then refunds in the order of their cancellations, then payouts. */
    static final Comparator<LostReference> ORDER = Comparator.comparing(LostReference::kind)
            .thenComparing(LostReference::movedAt)
            .thenComparing(lost -> lost.parts().getFirst().offset());

    /** The first part, for what all parts have in common. */
    SettlementRequested common() {
        return parts.getFirst().request();
    }

    boolean isComplete() {
        return parts.size() == common().getReferenceParts();
    }

    /** Whether the parts came as requests, which name lines and keys, and not as entries of the ledger. */
    boolean isKnown() {
        return parts.stream()
                .allMatch(part -> part.payload() != null && part.request().getPart() != null);
    }

    long amountMinor() {
        return parts.stream().mapToLong(part -> part.request().getAmount()).reduce(0, Math::addExact);
    }

    /**
     * The requests of its parts by settlement id, without those that Kafka has.
     *
     * @throws Unrestorable if Kafka has others
     */
    List<SettlementRequested> without(Map<UUID, SettlementRequested> requests) {
        Map<UUID, SettlementRequested> missing = new HashMap<>(requests);
        parts.forEach(part -> missing.remove(part.settlementId()));
        // A person's decision or an entry names the lines otherwise: then all parts must be known.
        if (missing.size() + parts.size() != common().getReferenceParts()) {
            throw new Unrestorable("the ids of its parts differ from those of the database");
        }
        return List.copyOf(missing.values());
    }

    /** What a person needs to know about it. */
    String describe() {
        SettlementRequested common = common();
        StringBuilder text = new StringBuilder("%s %s".formatted(kind.name().toLowerCase(Locale.ROOT), id));
        if (!common.getOrderId().isEmpty()) {
            text.append(" of order ").append(common.getOrderId());
        }
        for (KafkaRequest part : parts) {
            SettlementRequested request = part.request();
            text.append(
                    ", %s %d with a fee of %d".formatted(request.getWalletId(), request.getAmount(), request.getFee()));
        }
        return text.append(isComplete() ? "" : ", %d of %d parts".formatted(parts.size(), common.getReferenceParts()))
                .toString();
    }

    private Instant movedAt() {
        return Objects.requireNonNullElse(common().getMovedAt(), common().getOccurredAt());
    }
}
