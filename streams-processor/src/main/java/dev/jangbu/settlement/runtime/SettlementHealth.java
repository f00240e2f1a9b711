package dev.jangbu.settlement.runtime;

import dev.jangbu.settlement.runtime.SettlementStreams.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * UP while requests are processed, OUT_OF_SERVICE while waiting or restoring, DOWN after a failure that needs an
 * operator.
 */
final class SettlementHealth implements HealthIndicator {

    private final SettlementStreams streams;

    SettlementHealth(SettlementStreams streams) {
        this.streams = streams;
    }

    @Override
    public org.springframework.boot.health.contributor.Health health() {
        Health health = streams.health();
        Status status =
                switch (health.state()) {
                    case RUNNING -> Status.UP;
                    case WAITING, RESTORING -> Status.OUT_OF_SERVICE;
                    case FAILED, CLOSED -> Status.DOWN;
                };
        return org.springframework.boot.health.contributor.Health.status(status)
                .withDetail("state", health.state())
                .withDetail("detail", health.detail())
                .build();
    }
}
