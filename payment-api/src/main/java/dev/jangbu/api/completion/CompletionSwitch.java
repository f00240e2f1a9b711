package dev.jangbu.api.completion;

import dev.jangbu.api.continuity.DatabaseContinuity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Consumes completions only while the payments database is open. A database that went back lacks payments whose
 * completions would become dead letters.
 */
@Component
class CompletionSwitch {

    static final String LISTENER = "completions";

    private static final Logger log = LoggerFactory.getLogger(CompletionSwitch.class);

    private final DatabaseContinuity continuity;
    private final KafkaListenerEndpointRegistry listeners;

    CompletionSwitch(DatabaseContinuity continuity, KafkaListenerEndpointRegistry listeners) {
        this.continuity = continuity;
        this.listeners = listeners;
    }

    @Scheduled(fixedDelay = 500)
    void followTheDatabase() {
        MessageListenerContainer container = listeners.getListenerContainer(LISTENER);
        // The registry stops first when the service ends.
        if (container == null || !listeners.isRunning() || container.isRunning() == continuity.isOpen()) {
            return;
        }
        if (continuity.isOpen()) {
            container.start();
        } else {
            log.warn("Completions are not consumed while the database is closed");
            container.stop(() -> {});
        }
    }
}
