package dev.jangbu.local;

import java.util.Collection;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** Where {@code tail} begins to read, in each partition. */
sealed interface TailStart {

    /** The oldest record that is kept. */
    record Beginning() implements TailStart {}

    /** Only what is written from now on. */
    record End() implements TailStart {}

    /** This offset of each partition. */
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
                    // Said below.
                }
                throw new CommandException("--from is '%s': use beginning, end or an offset.".formatted(text));
            }
        };
    }

    /** Moves the consumer there. */
    default void seek(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        switch (this) {
            case Beginning beginning -> consumer.seekToBeginning(partitions);
            case End end -> {
                consumer.seekToEnd(partitions);
                // Seeking is lazy: without asking, "the end" would be where it is at the first poll.
                partitions.forEach(consumer::position);
            }
            case Offset at -> partitions.forEach(partition -> consumer.seek(partition, at.offset()));
        }
    }
}
