package dev.jangbu.api.review;

import dev.jangbu.api.http.Problem;
import dev.jangbu.api.operation.OperationKind;
import dev.jangbu.api.operation.Outcome;
import dev.jangbu.contract.ProblemCode;
import java.util.UUID;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Decisions about payments and refunds in REVIEW with their evidence. Inserted once, in the decision's transaction. */
@Component
class Resolutions {

    private static final String INSERT = """
            INSERT INTO resolutions (resource_id, kind, outcome, evidence, api_key_id)
            VALUES (:resource, :kind, :outcome, :evidence, :keyId)
            """;

    private final DatabaseClient database;

    Resolutions(DatabaseClient database) {
        this.database = database;
    }

    /** Inserts a decision, with the API key of the deciding person. */
    Mono<Void> insert(UUID resource, OperationKind kind, Outcome outcome, String evidence, UUID keyId) {
        return database.sql(INSERT)
                .bind("resource", resource)
                .bind("kind", kind.name())
                .bind("outcome", kind.statusAfter(outcome))
                .bind("evidence", evidence)
                .bind("keyId", keyId)
                .then();
    }

    /** 409: the resource is not in REVIEW. */
    static Problem notInReview(String resource, Enum<?> status) {
        return new Problem(
                ProblemCode.NOT_IN_REVIEW, "The " + resource + " is " + status + "; only REVIEW can be resolved");
    }
}
