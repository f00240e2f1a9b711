package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaStreams;

/**
 * Checks that every source partition has an owner. The client state RUNNING does not tell: a running client may have no
 * assignment.
 */
final class Ownership {

    private static final List<Topic<?>> SOURCES = List.of(Topics.SETTLEMENT_REQUESTS, Topics.LEDGER_POSTINGS);

    private Ownership() {}

    /** True if this client's threads run, and every source partition has an owner in the group. */
    static boolean isComplete(KafkaStreams client, int partitions) {
        try {
            Set<TopicPartition> owned = client.metadataForAllStreamsClients().stream()
                    .flatMap(instance -> instance.topicPartitions().stream())
                    .collect(Collectors.toSet());
            return client.metadataForLocalThreads().stream()
                            .allMatch(thread -> thread.threadState().equals("RUNNING"))
                    && SOURCES.stream().allMatch(source -> IntStream.range(0, partitions)
                            .allMatch(partition -> owned.contains(new TopicPartition(source.name(), partition))));
        } catch (IllegalStateException e) {
            // The client is stopping or stopped.
            return false;
        }
    }
}
