package dev.jangbu.api.continuity;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** UP while the payments database is open to writes. Part of the readiness. */
@Component
class ContinuityHealthIndicator implements HealthIndicator {

    private final DatabaseContinuity continuity;

    ContinuityHealthIndicator(DatabaseContinuity continuity) {
        this.continuity = continuity;
    }

    @Override
    public Health health() {
        JudgementResult verdict = continuity.verdict();
        return (verdict.isOpen() ? Health.up() : Health.down())
                .withDetail("state", verdict.state())
                .withDetail("reason", verdict.reason())
                .build();
    }
}
