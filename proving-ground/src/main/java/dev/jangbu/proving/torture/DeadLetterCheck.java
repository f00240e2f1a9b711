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

/**
 * Whether every poison record has exactly one dead letter and there are no other dead letters.
 *
 * @param kinds poison records by {@link Poison.Kind}
 * @param poison the number of poison records
 * @param deadLetters the number of their dead letters
 */
record DeadLetterCheck(Map<String, Integer> kinds, int poison, int deadLetters, Violations violations) {

    /** Checks a quiescent stack. */
    static DeadLetterCheck of(Installation stack) throws IOException {
        Map<String, String> poison = new TreeMap<>();
        Map<String, Integer> kinds = new TreeMap<>();
        Map<String, Integer> deadLetters = new TreeMap<>();
        Violations violations = new Violations();
        TopicReader topics = new TopicReader(stack);
        topics.readRaw(Topics.SETTLEMENT_REQUESTS, record -> {
            String kind = EventHeaders.text(record.headers(), Poison.HEADER);
            if (kind != null) {
                poison.put(record.topic() + "-" + record.partition() + " offset " + record.offset(), kind);
                kinds.merge(kind, 1, Integer::sum);
            }
        });
        topics.readRaw(Topics.SETTLEMENT_DEAD_LETTERS, deadLetter -> {
            String position = header(deadLetter, DeadLetters.TOPIC) + "-" + header(deadLetter, DeadLetters.PARTITION)
                    + " offset " + header(deadLetter, DeadLetters.OFFSET);
            if (poison.containsKey(position)) {
                deadLetters.merge(position, 1, Integer::sum);
            } else {
                violations.add(
                        "a dead letter of a valid record: %s, rejected by %s: %s",
                        position, header(deadLetter, DeadLetters.BY), header(deadLetter, DeadLetters.REASON));
            }
        });
        poison.forEach((position, kind) -> {
            int count = deadLetters.getOrDefault(position, 0);
            if (count != 1) {
                violations.add("poison record %s (%s) has %d dead letters", position, kind, count);
            }
        });
        int sum = deadLetters.values().stream().mapToInt(Integer::intValue).sum();
        return new DeadLetterCheck(kinds, poison.size(), sum, violations);
    }

    private static String header(ConsumerRecord<byte[], byte[]> deadLetter, String name) {
        return String.valueOf(EventHeaders.text(deadLetter.headers(), name));
    }
}
