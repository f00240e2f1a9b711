package dev.jangbu.operator.deadletters;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.contract.DeadLetterReplayed;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.Topics;
import dev.jangbu.contract.replay.DeadLetter;
import dev.jangbu.operator.console.CommandException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads {@code settlement.dead-letters} and {@code settlement.replays}. */
record DeadLetterReader(String kafka, Deserializer<DeadLetterReplayed> deserializer) {

    private static final TopicPartition LETTERS = new TopicPartition(Topics.SETTLEMENT_DEAD_LETTERS.name(), 0);

    static DeadLetterReader of(String kafka, RecordSerdes serdes) {
        return new DeadLetterReader(kafka, serdes.of(Topics.SETTLEMENT_REPLAYS).deserializer());
    }

    /** The newest dead letters that match a condition, at most {@code max}, oldest first. */
    List<DeadLetter> newest(int max, Predicate<DeadLetter> condition) {
        Deque<DeadLetter> letters = new ArrayDeque<>();
        try (CommittedTopic topic = CommittedTopic.open(kafka, Topics.SETTLEMENT_DEAD_LETTERS)) {
            for (ConsumerRecord<byte[], byte[]> record : toHighWatermark(topic)) {
                DeadLetter letter = DeadLetter.of(record);
                if (condition.test(letter)) {
                    letters.addLast(letter);
                    if (letters.size() > max) {
                        letters.removeFirst();
                    }
                }
            }
        }
        return List.copyOf(letters);
    }

    /**
     * The dead letter with this number.
     *
     * @throws CommandException if there is none
     */
    DeadLetter get(long number) {
        try (CommittedTopic topic = CommittedTopic.open(kafka, Topics.SETTLEMENT_DEAD_LETTERS)) {
            long first = topic.beginningOffsets().getOrDefault(LETTERS, 0L);
            if (number >= first && number < topic.highWatermarks().getOrDefault(LETTERS, 0L)) {
                for (ConsumerRecord<byte[], byte[]> record :
                        topic.records(Map.of(LETTERS, number), Map.of(LETTERS, number + 1))) {
                    return DeadLetter.of(record);
                }
            }
        }
        throw new CommandException("There is no dead letter " + number + "; dead-letters lists them.");
    }

    /** All replays by the dead letter's number, oldest first. */
    Map<Long, List<DeadLetterReplayed>> replays() {
        Map<Long, List<DeadLetterReplayed>> all = new TreeMap<>();
        try (CommittedTopic topic = CommittedTopic.open(kafka, Topics.SETTLEMENT_REPLAYS)) {
            for (ConsumerRecord<byte[], byte[]> record : toHighWatermark(topic)) {
                DeadLetterReplayed replay = deserializer.deserialize(record.topic(), record.value());
                all.computeIfAbsent(replay.getDeadLetterOffset(), number -> new ArrayList<>())
                        .add(replay);
            }
        }
        return all;
    }

    private static Iterable<ConsumerRecord<byte[], byte[]>> toHighWatermark(CommittedTopic topic) {
        return topic.records(topic.beginningOffsets(), topic.highWatermarks());
    }
}
