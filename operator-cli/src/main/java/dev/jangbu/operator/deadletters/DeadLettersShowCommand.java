package dev.jangbu.operator.deadletters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.console.Console;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.operator.installation.InstallationOptions;
import dev.jangbu.operator.records.AvroJson;
import dev.jangbu.operator.records.RecordJson;
import java.net.URI;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code dead-letters show}: prints one dead letter as JSON. */
@Command(
        name = "show",
        description = "Prints a dead letter as JSON. Decodes a damaged value up to its first invalid field.",
        mixinStandardHelpOptions = true)
final class DeadLettersShowCommand implements Callable<Integer> {

    @Mixin
    private InstallationOptions options = new InstallationOptions();

    @Parameters(paramLabel = "NUMBER", description = "its number in the list of dead-letters")
    private long number;

    private final Console console = Console.ofStdout();

    @Override
    public Integer call() {
        Installation installation = options.installation();
        AvroSerdes serdes = new AvroSerdes(URI.create(installation.registry()));
        try {
            DeadLetterReader reader = new DeadLetterReader(installation.kafka(), serdes);
            DeadLetter letter = find(reader, number);
            ObjectNode json = toJson(new RecordJson(serdes), letter);
            json.set("replays", AvroJson.of(reader.replays().getOrDefault(number, List.of())));
            console.print(json.toPrettyString());
        } catch (KafkaException e) {
            throw new CommandException("Kafka at %s: %s".formatted(installation.kafka(), e.getMessage()), e);
        }
        return 0;
    }

    static DeadLetter find(DeadLetterReader reader, long number) {
        return reader.find(number)
                .orElseThrow(
                        () -> new CommandException("There is no dead letter " + number + "; dead-letters lists them."));
    }

    /** The record. If its value does not decode, also all its bytes and the fields that do decode. */
    static ObjectNode toJson(RecordJson records, DeadLetter letter) {
        ObjectNode json = records.of(letter.record());
        byte[] bytes = letter.record().value();
        if (bytes != null && json.path("value").has("undecodable")) {
            ObjectNode value = (ObjectNode) json.get("value");
            value.put("hex", HexFormat.of().formatHex(bytes));
            PartialDecoder.decode(letter).ifPresent(partial -> {
                value.put("schemaId", partial.schemaId());
                value.set("fields", AvroJson.of(partial.fields()));
                value.put("breaksAt", partial.breaksAt());
                value.put("bytesLeft", partial.bytesLeft());
            });
        }
        return json;
    }
}
