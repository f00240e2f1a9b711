package dev.jangbu.api.completion;

import static dev.jangbu.api.database.RowMapping.column;

import dev.jangbu.api.database.RowMapping;
import dev.jangbu.contract.SettlementCompleted;
import dev.jangbu.contract.SettlementKind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Records completions and rejections of the streams processor: one statement for each batch. */
@Component
class Completions {

    private static final String RECORD =
            "SELECT * FROM record_completions(:ids, :kinds, :outcomes, :rejections, :ats, :positions)";

    private final DatabaseClient database;

    Completions(DatabaseClient database) {
        this.database = database;
    }

    /**
     * A completion that was not recorded.
     *
     * @param index of the batch
     * @param locked whether another transaction has locked its payment, refund or payout; otherwise there is none whose
     *     commit is visible yet
     */
    record Unrecorded(int index, boolean locked) {}

    /** Records {@linkplain #validate valid} completions; returns those that it could not record. */
    Mono<List<Unrecorded>> record(List<SettlementCompleted> batch) {
        return database.sql(RECORD)
                .bind("ids", column(batch, c -> UUID.fromString(c.getReferenceId()), UUID[]::new))
                .bind("kinds", column(batch, c -> c.getKind().name(), String[]::new))
                .bind("outcomes", column(batch, c -> c.getOutcome().name(), String[]::new))
                .bind("rejections", column(batch, Completions::rejection, String[]::new))
                .bind("positions", column(batch, Completions::position, String[]::new))
                .bind("ats", column(batch, SettlementCompleted::getCompletedAt, Instant[]::new))
                .map(row -> new Unrecorded(
                        RowMapping.required(row, "index", Integer.class),
                        RowMapping.required(row, "locked", Boolean.class)))
                .all()
                .collectList();
    }

    /**
     * The reason why a completion is invalid; empty if it is valid. Only payouts can be rejected, and the reference
     * must be a UUID. The streams processor never writes an invalid one.
     */
    static Optional<String> validate(SettlementCompleted completion) {
        boolean possible =
                switch (completion.getOutcome()) {
                    case COMPLETED -> true;
                    case REJECTED -> completion.getKind() == SettlementKind.PAYOUT;
                    case UNKNOWN -> false;
                };
        if (!possible) {
            return Optional.of("a %s can't be %s".formatted(completion.getKind(), completion.getOutcome()));
        }
        try {
            UUID.fromString(completion.getReferenceId());
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of("the referenceId is not a UUID");
        }
    }

    private static String position(SettlementCompleted completion) {
        return completion.getPosition() == null ? "" : completion.getPosition();
    }

    private static String rejection(SettlementCompleted completion) {
        return completion.getRejection() == null
                ? ""
                : completion.getRejection().toString();
    }
}
