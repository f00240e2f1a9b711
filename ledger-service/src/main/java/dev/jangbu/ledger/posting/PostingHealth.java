package dev.jangbu.ledger.posting;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Health component {@code posting}, part of readiness.
 *
 * <ul>
 *   <li>OUT_OF_SERVICE until the database is migrated, the group is joined and all assigned books are open;
 *   <li>DOWN during an outage of PostgreSQL, Kafka or the registry;
 *   <li>UP otherwise, also with a stopped book: see {@link BooksHealth}.
 * </ul>
 */
final class PostingHealth implements HealthIndicator {

    private final PostingStatus status;

    PostingHealth(PostingStatus status) {
        this.status = status;
    }

    @Override
    public Health health() {
        PostingStatus.Outage outage = status.outage();
        if (outage != null) {
            return Health.down()
                    .withDetail("waitingFor", outage.failure())
                    .withDetail("since", outage.since())
                    .build();
        }
        return status.isReady()
                ? Health.up().build()
                : Health.outOfService()
                        .withDetail("waitingFor", "the books to be opened")
                        .build();
    }
}
