package dev.jangbu.operator.deadletters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.DeadLetterReplayed;
import dev.jangbu.contract.replay.DeadLetter;
import dev.jangbu.operator.console.Console;
import dev.jangbu.operator.installation.InstallationOptions;
import dev.jangbu.operator.records.AvroJson;
import dev.jangbu.operator.records.RecordJson;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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
    public Integer call() throws Exception {
        return options.run(installation -> {
            AvroSerdes serdes = installation.serdes();
            DeadLetterReader reader = DeadLetterReader.of(installation.kafka(), serdes);
            DeadLetter letter = reader.get(number);
            console.print(withReplays(toJson(new RecordJson(serdes), letter), letter, reader.replays())
                    .toPrettyString());
            return 0;
        });
    }

    /** Adds the replays of a dead letter to its JSON. */
    static ObjectNode withReplays(ObjectNode json, DeadLetter letter, Map<Long, List<DeadLetterReplayed>> replays) {
        json.set("replays", AvroJson.of(replays.getOrDefault(letter.number(), List.of())));
        return json;
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
