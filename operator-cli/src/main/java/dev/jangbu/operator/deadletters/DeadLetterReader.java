package dev.jangbu.operator.deadletters;

import dev.jangbu.contract.DeadLetterReplayed;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.contract.Topics;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads {@code settlement.dead-letters} and {@code settlement.replays}. */
final class DeadLetterReader {

    private static final TopicPartition LETTERS = new TopicPartition(Topics.SETTLEMENT_DEAD_LETTERS.name(), 0);
    private static final TopicPartition REPLAYS = new TopicPartition(Topics.SETTLEMENT_REPLAYS.name(), 0);

    private final String kafka;
    private final Deserializer<DeadLetterReplayed> replays;

    DeadLetterReader(String kafka, RecordSerdes serdes) {
        this.kafka = kafka;
        this.replays = serdes.of(Topics.SETTLEMENT_REPLAYS).deserializer();
    }

    /**
     * The newest dead letters that match a condition, oldest first.
     *
     * @param max the largest number to return
     */
    List<DeadLetter> newest(int max, Predicate<DeadLetter> condition) {
        Deque<DeadLetter> letters = new ArrayDeque<>();
        try (TopicScan scan = new TopicScan(kafka)) {
            scan.read(scan.beginnings(LETTERS.topic()), record -> {
                DeadLetter letter = DeadLetter.of(record);
                if (condition.test(letter)) {
                    letters.addLast(letter);
                    if (letters.size() > max) {
                        letters.removeFirst();
                    }
                }
                return true;
            });
        }
        return List.copyOf(letters);
    }

    /** The dead letter with this number. */
    Optional<DeadLetter> find(long number) {
        List<DeadLetter> found = new ArrayList<>();
        try (TopicScan scan = new TopicScan(kafka)) {
            long first = scan.beginnings(LETTERS.topic()).getOrDefault(LETTERS, 0L);
            if (number < first || number >= scan.ends(LETTERS.topic()).getOrDefault(LETTERS, 0L)) {
                return Optional.empty();
            }
            scan.read(Map.of(LETTERS, number), record -> {
                if (record.offset() == number) {
                    found.add(DeadLetter.of(record));
                }
                return false;
            });
        }
        return found.stream().findFirst();
    }

    /** All replays by the dead letter's number, oldest first. */
    Map<Long, List<DeadLetterReplayed>> replays() {
        Map<Long, List<DeadLetterReplayed>> all = new TreeMap<>();
        try (TopicScan scan = new TopicScan(kafka)) {
            scan.read(scan.beginnings(REPLAYS.topic()), record -> {
                DeadLetterReplayed replay = replays.deserialize(record.topic(), record.value());
                all.computeIfAbsent(replay.getDeadLetterOffset(), number -> new ArrayList<>())
                        .add(replay);
                return true;
            });
        }
        return all;
    }
}
