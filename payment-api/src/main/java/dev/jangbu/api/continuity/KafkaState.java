package dev.jangbu.api.continuity;

import dev.jangbu.contract.DatabaseMark;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What Kafka says about a database.
 *
 * @param newest its newest mark; null: none
 * @param requests ids of the last request of each partition, without those whose outbox row may have been deleted
 */
record KafkaState(@Nullable DatabaseMark newest, List<UUID> requests) {}
