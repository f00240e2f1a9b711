package dev.jangbu.ledger.posting;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Health component {@code books}: DOWN while a book of this instance is stopped and needs an operator. */
final class BooksHealth implements HealthIndicator {

    private final PostingStatus status;

    BooksHealth(PostingStatus status) {
        this.status = status;
    }

    @Override
    public Health health() {
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
