package dev.jangbu.ledger.posting;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Health component {@code posting}, part of readiness: UP once the database is migrated, the group joined and the
 * position of every assigned book known; DOWN while something that posting needs is away. A stopped book is not its
 * matter, see {@link BooksHealth}: the others go on, and so do the reads.
 */
final class PostingHealth implements HealthIndicator {

    private final PostingStatus status;

    PostingHealth(PostingStatus status) {
        this.status = status;
    }

    @Override
    public Health health() {
        PostingStatus.Trouble trouble = status.trouble();
        if (trouble != null) {
            return Health.down()
                    .withDetail("waitingFor", trouble.what())
                    .withDetail("since", trouble.since())
                    .build();
        }
        return status.isReady()
                ? Health.up().build()
                : Health.outOfService()
                        .withDetail("waitingFor", "the books to be opened")
                        .build();
    }
}
