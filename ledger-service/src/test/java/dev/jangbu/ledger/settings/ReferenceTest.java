package dev.jangbu.ledger.settings;

import dev.jangbu.testsupport.SettingsReference;
import java.util.Map;

/** {@code docs/reference.md} lists every setting of the service with its default, and nothing else. */
class ReferenceTest extends SettingsReference {

    ReferenceTest() {
        super("ledger-service", LedgerSettings.class, Map.of("SERVER_ADDRESS", "127.0.0.1", "SERVER_PORT", "8082"));
    }
}
