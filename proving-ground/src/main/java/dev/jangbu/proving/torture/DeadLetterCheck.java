package dev.jangbu.proving.torture;

import dev.jangbu.contract.DeadLetters;
import dev.jangbu.contract.EventHeaders;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.audit.Violations;
import dev.jangbu.proving.stack.TopicReader;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Checks that every poison record has exactly one dead letter and that there are no other dead letters. */
final class DeadLetterCheck {

    private final Map<String, String> poison = new TreeMap<>();
    private final Map<String, Integer> deadLetters = new TreeMap<>();
    private final Map<String, Integer> kinds = new TreeMap<>();
    private final Violations violations = new Violations();

    /** Checks a quiescent stack. */
    static DeadLetterCheck of(Installation stack) throws IOException {
        DeadLetterCheck check = new DeadLetterCheck();
        TopicReader topics = new TopicReader(stack);
        topics.readRaw(Topics.SETTLEMENT_REQUESTS, record -> {
            String kind = EventHeaders.text(record.headers(), Poison.HEADER);
            if (kind != null) {
                check.poison.put(position(record.topic(), record.partition(), record.offset()), kind);
                check.kinds.merge(kind, 1, Integer::sum);
            }
        });
        topics.readRaw(Topics.SETTLEMENT_DEAD_LETTERS, deadLetter -> {
            String position = header(deadLetter, DeadLetters.TOPIC) + "-" + header(deadLetter, DeadLetters.PARTITION)
                    + " offset " + header(deadLetter, DeadLetters.OFFSET);
            if (!check.poison.containsKey(position)) {
                check.violations.add(
                        "a dead letter of a valid record: %s, rejected by %s: %s",
                        position, header(deadLetter, DeadLetters.BY), header(deadLetter, DeadLetters.REASON));
            } else {
                check.deadLetters.merge(position, 1, Integer::sum);
            }
        });
        check.poison.forEach((position, kind) -> {
            int count = check.deadLetters.getOrDefault(position, 0);
            if (count != 1) {
                check.violations.add("poison record %s (%s) has %d dead letters", position, kind, count);
            }
        });
        return check;
    }

    /** Poison records by {@link Poison.Kind}. */
    Map<String, Integer> kinds() {
        return kinds;
    }

    int poison() {
        return poison.size();
    }

    int deadLetters() {
        return deadLetters.values().stream().mapToInt(Integer::intValue).sum();
    }

    Violations violations() {
        return violations;
    }

    private static String header(ConsumerRecord<byte[], byte[]> deadLetter, String name) {
        return String.valueOf(EventHeaders.text(deadLetter.headers(), name));
    }

    private static String position(String topic, int partition, long offset) {
        return topic + "-" + partition + " offset " + offset;
    }
}
