package dev.jangbu.ledger.posting;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;

/** The health components of posting. */
final class PostingHealth {

    private PostingHealth() {}

    /**
     * Component {@code posting}, part of readiness.
     *
     * <ul>
     *   <li>OUT_OF_SERVICE until the database is migrated, the group is joined and all assigned books are open;
     *   <li>DOWN during an outage of PostgreSQL, Kafka or the registry;
     *   <li>UP otherwise, also with a stopped book.
     * </ul>
     */
    static Health posting(PostingStatus status) {
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

    /** Component {@code books}: DOWN while a book of this instance is stopped and needs an operator. */
    static Health books(PostingStatus status) {
        Health.Builder health = status.stopped() == 0 ? Health.up() : Health.down();
        status.books().forEach((number, book) -> {
            Map<String, Object> details = new LinkedHashMap<>();
            details.put("state", book.state());
            details.put("nextOffset", book.nextOffset());
            details.put("groupOffset", book.groupOffset());
            if (book.reason() != null) {
                details.put("reason", book.reason());
            }
            health.withDetail(Integer.toString(number), details);
        });
        return health.build();
    }
}
