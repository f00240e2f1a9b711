package dev.jangbu.operator.topics;

import dev.jangbu.contract.CommittedTopic;
import dev.jangbu.operator.console.CommandException;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** The position at which {@code tail} starts to read each partition. */
sealed interface TailStart {

    /** The oldest retained record. */
    record Beginning() implements TailStart {}

    /** Records written after the command started. */
    record End() implements TailStart {}

    /** One offset, in each partition. */
    record Offset(long offset) implements TailStart {}

    /** @throws CommandException if the text is neither {@code beginning}, {@code end} nor an offset */
    static TailStart of(String text) {
        return switch (text) {
            case "beginning" -> new Beginning();
            case "end" -> new End();
            default -> {
                try {
                    long offset = Long.parseLong(text);
                    if (offset >= 0) {
                        yield new Offset(offset);
                    }
                } catch (NumberFormatException e) {
                    // Reported below.
                }
                throw new CommandException("--from is '%s': use beginning, end or an offset.".formatted(text));
            }
        };
    }

    /** The first offset to read of each partition. A given offset is moved into the range of the retained records. */
    default Map<TopicPartition, Long> offsets(CommittedTopic topic) {
        Map<TopicPartition, Long> ends = topic.endOffsets();
        return switch (this) {
            case Beginning beginning -> topic.beginningOffsets();
            case End end -> ends;
            case Offset at -> {
                Map<TopicPartition, Long> offsets = new HashMap<>(topic.beginningOffsets());
                offsets.replaceAll((partition, first) ->
                        Math.max(first, Math.min(at.offset(), ends.getOrDefault(partition, first))));
                yield offsets;
            }
        };
    }
}
