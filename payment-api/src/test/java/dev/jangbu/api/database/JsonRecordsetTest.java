package dev.jangbu.api.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** The columns of a record have the names of its JSON members, and types that accept them. */
class JsonRecordsetTest {

    private record Booked(
            UUID id,
            int answerStatus,
            Long backoffMs,
            String orderId,
            byte[] hash,
            Instant bookedAt,
            List<UUID> lines) {}

    private record Unsupported(URI address) {}

    @Test
    void theColumnsMatchTheJson() {
        UUID id = UUID.fromString("0199c0de-0000-7000-8000-000000000001");
        Booked booked = new Booked(
                id, 201, null, "order-1", new byte[] {1, 2}, Instant.parse("2026-11-22T01:02:03.004Z"), List.of(id));

        assertThat(JsonRecordset.columns(Booked.class))
                .isEqualTo("id uuid, answer_status integer, backoff_ms bigint, order_id text, hash text,"
                        + " booked_at timestamptz, lines json");
        assertThat(new JsonRecordset(new JsonMapper()).of(List.of(booked)))
                .isEqualTo("[{\"id\":\"" + id + "\",\"answer_status\":201,\"backoff_ms\":null,\"order_id\":\"order-1\","
                        + "\"hash\":\"AQI=\",\"booked_at\":\"2026-11-22T01:02:03.004Z\",\"lines\":[\"" + id + "\"]}]");
    }

    @Test
    void aFieldWithoutAColumnTypeIsRejected() {
        assertThatThrownBy(() -> JsonRecordset.columns(Unsupported.class)).hasMessageContaining("address");
    }
}
