package dev.jangbu.proving.torture;

import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.Topics;
import dev.jangbu.proving.audit.Violations;
import dev.jangbu.proving.stack.StackAddress;
import dev.jangbu.proving.stack.TopicReader;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Each poison record lies among the dead letters, once; and nothing else does. */
final class DeadLetterCheck {

    private final Map<String, String> poison = new TreeMap<>();
    private final Map<String, Integer> letters = new TreeMap<>();
    private final Map<String, Integer> kinds = new TreeMap<>();
    private final Violations breaches = new Violations();

    /** Checks a stack in which nothing moves any more. */
    static DeadLetterCheck of(StackAddress stack) throws IOException {
        DeadLetterCheck check = new DeadLetterCheck();
        TopicReader topics = new TopicReader(stack);
        topics.readRaw(Topics.SETTLEMENT_REQUESTS, record -> {
            String kind = EventHeaders.text(record.headers(), Poison.HEADER);
            if (kind != null) {
                check.poison.put(place(record.topic(), record.partition(), record.offset()), kind);
                check.kinds.merge(kind, 1, Integer::sum);
            }
        });
        topics.readRaw(Topics.SETTLEMENT_DEAD_LETTERS, letter -> {
            String place = header(letter, DeadLetters.TOPIC) + "-" + header(letter, DeadLetters.PARTITION) + " offset "
                    + header(letter, DeadLetters.OFFSET);
            if (!check.poison.containsKey(place)) {
                check.breaches.add(
                        "a dead letter of a record that is no poison: %s, refused by %s: %s",
                        place, header(letter, DeadLetters.BY), header(letter, DeadLetters.REASON));
            } else {
                check.letters.merge(place, 1, Integer::sum);
            }
        });
        check.poison.forEach((place, kind) -> {
            int times = check.letters.getOrDefault(place, 0);
            if (times != 1) {
                check.breaches.add(
                        "the poison record %s (%s) lies %d times among the dead letters", place, kind, times);
            }
        });
        return check;
    }

    /** How many poison records there are of each {@link Poison.Kind}. */
    Map<String, Integer> kinds() {
        return kinds;
    }

    int poison() {
        return poison.size();
    }

    int letters() {
        return letters.values().stream().mapToInt(Integer::intValue).sum();
    }

    Violations breaches() {
        return breaches;
    }

    private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        return String.valueOf(EventHeaders.text(letter.headers(), name));
    }

    private static String place(String topic, int partition, long offset) {
        return topic + "-" + partition + " offset " + offset;
    }
}
