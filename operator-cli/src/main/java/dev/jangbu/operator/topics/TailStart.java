package dev.jangbu.operator.topics;

import dev.jangbu.operator.console.CommandException;
import java.util.Collection;
import org.apache.kafka.clients.consumer.Consumer;
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

    /** Moves the consumer to this position. */
    default void seek(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        switch (this) {
            case Beginning beginning -> consumer.seekToBeginning(partitions);
            case End end -> {
                consumer.seekToEnd(partitions);
                // seekToEnd is lazy: position() fixes the end now instead of at the first poll.
                partitions.forEach(consumer::position);
            }
            case Offset at -> partitions.forEach(partition -> consumer.seek(partition, at.offset()));
        }
    }
}
