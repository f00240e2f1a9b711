package dev.jangbu.settlement.runtime;

import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaStreams;

/**
 * Whether the work is really taken up: a client that says RUNNING may have been assigned nothing, while nobody processes.
 */
final class Ownership {

    private static final List<Topic<?>> SOURCES = List.of(Topics.SETTLEMENT_REQUESTS, Topics.LEDGER_POSTINGS);

    private Ownership() {}

    /** True if this client's threads run, and every partition that the desks read has an owner in the group. */
    static boolean isComplete(KafkaStreams client, int partitions) {
        try {
            return client.metadataForLocalThreads().stream()
                            .allMatch(thread -> thread.threadState().equals("RUNNING"))
                    && owned(client).containsAll(allOf(partitions));
        } catch (IllegalStateException e) {
            // It is neither running nor rebalancing any more.
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
