package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
            return client.metadataForLocalThreads().stream()
                            .allMatch(thread -> thread.threadState().equals("RUNNING"))
                    && owned(client).containsAll(allOf(partitions));
        } catch (IllegalStateException e) {
            // The client is stopping or stopped.
            return false;
        }
    }

    private static Set<TopicPartition> owned(KafkaStreams client) {
        Set<TopicPartition> owned = new HashSet<>();
        client.metadataForAllStreamsClients().forEach(instance -> owned.addAll(instance.topicPartitions()));
        return owned;
    }

    private static Set<TopicPartition> allOf(int partitions) {
        Set<TopicPartition> all = new HashSet<>();
        for (Topic<?> source : SOURCES) {
            for (int partition = 0; partition < partitions; partition++) {
                all.add(new TopicPartition(source.name(), partition));
            }
        }
        return all;
    }
}
