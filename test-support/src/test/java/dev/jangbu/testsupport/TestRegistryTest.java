package dev.jangbu.testsupport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TestRegistryTest {

    @Test
    void aNewRegistryHasNoSchemas() {
        try (TestRegistry registry = new TestRegistry().awaitReady()) {
            assertThat(new TestHttpClient(registry.url())
                            .get("/apis/ccompat/v7/subjects")
                            .body())
                    .isEqualTo("[]");
        }
    }
}
