package dev.jangbu.local;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.local.deadletters.AsFarAsItGoes;
import dev.jangbu.local.deadletters.DeadLetter;
import dev.jangbu.local.deadletters.DeadLetterBox;
import java.net.URI;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code dead-letters show}: all that can be told of one. */
@Command(
        name = "show",
        description = "Shows a dead letter, decoded as far as it goes, as JSON.",
        mixinStandardHelpOptions = true)
final class DeadLettersShowCommand implements Callable<Integer> {

    @Mixin
    private DataOption data = new DataOption();

    @Parameters(paramLabel = "NUMBER", description = "as ./jangbu dead-letters lists it")
    private long number;

    private final Console console = Console.ofStdout();

    @Override
    public Integer call() {
        DevJson stack = DevJson.of(data.directory());
        AvroSerdes serdes = new AvroSerdes(URI.create(stack.registry()));
        try {
            DeadLetterBox box = new DeadLetterBox(stack.kafka(), serdes);
            DeadLetter letter = find(box, number);
            ObjectNode json = of(new RecordJson(serdes), letter);
            json.set("replays", AvroJson.of(box.replays().getOrDefault(number, List.of())));
            console.say(json.toPrettyString());
        } catch (KafkaException e) {
            throw new CommandException("Kafka at %s: %s".formatted(stack.kafka(), e.getMessage()), e);
        }
        return 0;
    }

    static DeadLetter find(DeadLetterBox box, long number) {
        return box.find(number)
                .orElseThrow(() -> new CommandException(
                        "There is no dead letter " + number + "; ./jangbu dead-letters lists them."));
    }

    /** The record; where its value does not decode, also its parts that do, and every byte. */
    static ObjectNode of(RecordJson records, DeadLetter letter) {
        ObjectNode json = records.of(letter.record());
        byte[] bytes = letter.record().value();
        if (bytes != null && json.path("value").has("undecodable")) {
            ObjectNode value = (ObjectNode) json.get("value");
            value.put("hex", HexFormat.of().formatHex(bytes));
            AsFarAsItGoes.of(letter).ifPresent(partly -> {
                value.put("schemaId", partly.schemaId());
                value.set("fields", AvroJson.of(partly.fields()));
                value.put("breaksAt", partly.breaksAt());
                value.put("bytesLeft", partly.bytesLeft());
            });
        }
        return json;
    }
}
