package dev.jangbu.api.review;

import dev.jangbu.api.http.Problem;
import dev.jangbu.api.http.ProblemCode;
import java.util.UUID;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Who decided what of something in REVIEW, on what grounds: written once, in the transaction of the decision. */
@Component
public class Resolutions {

    private static final String INSERT = """
            INSERT INTO resolutions (resource_id, kind, outcome, evidence, api_key_id)
            VALUES (:resource, :kind, :outcome, :evidence, :keyId)
            """;

    private final DatabaseClient database;

    Resolutions(DatabaseClient database) {
        this.database = database;
    }

    /**
     * Keeps a decision.
     *
     * @param kind PAYMENT or REFUND
     * @param outcome APPROVED, DECLINED or FAILED
     * @param keyId the API key with which it was made
     */
    public Mono<Void> keep(UUID resource, String kind, String outcome, String evidence, UUID keyId) {
        return database.sql(INSERT)
                .bind("resource", resource)
                .bind("kind", kind)
                .bind("outcome", outcome)
                .bind("evidence", evidence)
                .bind("keyId", keyId)
                .fetch()
                .rowsUpdated()
                .then();
    }

    /** 409: there is nothing for a person to decide. */
    public static Problem notInReview(String what, Enum<?> status) {
        return new Problem(
                ProblemCode.NOT_IN_REVIEW, "The " + what + " is " + status + "; only REVIEW is decided by hand");
    }
}
