package dev.jangbu.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.DeadLetterReplayed;
import dev.jangbu.local.deadletters.DeadLetter;
import dev.jangbu.local.deadletters.DeadLetterBox;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dead-letters}: lists the records that could not be processed; its subcommands show one and send some again. */
@Command(
        name = "dead-letters",
        description = "Lists the records that could not be processed, the newest last.",
        mixinStandardHelpOptions = true,
        subcommands = {DeadLettersShowCommand.class, DeadLettersReplayCommand.class})
final class DeadLettersCommand implements Callable<Integer> {

    private static final String ROW = "%-8s %-24s %-30s %-16s %-20s %s";
    private static final int REASON_CHARS = 110;

    @Mixin
    private DataOption data = new DataOption();

    @Option(names = "--max", paramLabel = "N", description = "at most so many (default: ${DEFAULT-VALUE})")
    private int max = 100;

    @Option(names = "--topic", paramLabel = "T", description = "only those that came from this topic")
    private @Nullable String topic;

    @Option(names = "--by", paramLabel = "WHO", description = "only those that this one refused, e.g. wallet-desk")
    private @Nullable String by;

    @Option(names = "--not-replayed", description = "only those that nobody has sent again yet")
    private boolean notReplayed;

    @Option(names = "--json", description = "print one JSON object a line, with its replays")
    private boolean json;

    private final Console console = Console.ofStdout();

    @Override
    public Integer call() {
        DevJson stack = DevJson.of(data.directory());
        AvroSerdes serdes = new AvroSerdes(URI.create(stack.registry()));
        try {
            DeadLetterBox box = new DeadLetterBox(stack.kafka(), serdes);
            Map<Long, List<DeadLetterReplayed>> replays = box.replays();
            List<DeadLetter> letters = box.newest(max, letter -> isWanted(letter, replays));
            if (json) {
                RecordJson records = new RecordJson(serdes);
                letters.forEach(letter -> console.say(line(records, letter, replays)));
            } else {
                say(letters, replays);
            }
        } catch (KafkaException e) {
            throw new CommandException("Kafka at %s: %s".formatted(stack.kafka(), e.getMessage()), e);
        }
        return 0;
    }

    private boolean isWanted(DeadLetter letter, Map<Long, List<DeadLetterReplayed>> replays) {
        return (topic == null || topic.equals(letter.topic()))
                && (by == null || by.equals(letter.by()))
                && !(notReplayed && replays.containsKey(letter.number()));
    }

    private void say(List<DeadLetter> letters, Map<Long, List<DeadLetterReplayed>> replays) {
        if (letters.isEmpty()) {
            console.say("There are no dead letters.");
            return;
        }
        console.say(ROW.formatted("NUMBER", "SINCE", "FROM", "REFUSED BY", "REPLAYED", "REASON"));
        for (DeadLetter letter : letters) {
            List<DeadLetterReplayed> replayed = replays.getOrDefault(letter.number(), List.of());
            console.say(ROW.formatted(
                    letter.number(),
                    letter.metAt(),
                    letter.origin(),
                    letter.by(),
                    replayed.isEmpty() ? "no" : "by " + replayed.getLast().getReplayedBy(),
                    cut(letter.reason())));
        }
    }

    private static String line(RecordJson records, DeadLetter letter, Map<Long, List<DeadLetterReplayed>> replays) {
        ObjectNode object = records.of(letter.record());
        object.set("replays", AvroJson.of(replays.getOrDefault(letter.number(), List.of())));
        return object.toString();
    }

    private static String cut(String reason) {
        String line = reason.replaceAll("\\s+", " ");
        return line.length() <= REASON_CHARS ? line : line.substring(0, REASON_CHARS) + "…";
    }
}
