package dev.jangbu.api.auth;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * How often one API key may call this instance.
 *
 * @param perSecond requests a second, in the long run; 0: without a limit
 * @param burst how many may come at once after a pause; 0: as many as in a second
 */
@ConfigurationProperties("jangbu.rate-limit")
record RateLimitSettings(int perSecond, int burst) {

    RateLimitSettings {
        if (perSecond < 0 || burst < 0) {
            throw new IllegalArgumentException("jangbu.rate-limit takes no negative numbers; 0 means no limit");
        }
    }

    boolean on() {
        return perSecond > 0;
    }

    int capacity() {
        return Math.max(perSecond, burst);
    }
}
