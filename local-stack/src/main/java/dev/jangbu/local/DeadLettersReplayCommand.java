package dev.jangbu.local;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.DeadLetterReplayed;
import dev.jangbu.contract.RegistryUnavailableException;
import dev.jangbu.local.deadletters.Book;
import dev.jangbu.local.deadletters.DeadLetter;
import dev.jangbu.local.deadletters.DeadLetterBox;
import dev.jangbu.local.deadletters.ReplayRefusedException;
import dev.jangbu.local.deadletters.Replayer;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dead-letters replay}: sends chosen ones again, each only after the proof that it was never processed. */
@Command(
        name = "replay",
        description = "Sends dead letters to their topics again, each after proving that it was not processed."
                + " Who did it and why is kept for ever in settlement.replays.",
        mixinStandardHelpOptions = true)
final class DeadLettersReplayCommand implements Callable<Integer> {

    private static final int MAX_TEXT = 500;

    @Mixin
    private DataOption data = new DataOption();

    @Parameters(paramLabel = "NUMBER", arity = "1..*", description = "as ./jangbu dead-letters lists them")
    private Set<Long> numbers = new LinkedHashSet<>();

    @Option(names = "--reason", paramLabel = "TEXT", required = true, description = "why, for whoever reads it later")
    private String reason = "";

    @Option(names = "--by", paramLabel = "NAME", description = "who does it (default: ${DEFAULT-VALUE})")
    private String by = System.getProperty("user.name", "unknown");

    @Option(names = "--again", description = "also those that were replayed before")
    private boolean again;

    @Option(
            names = "--application-id",
            paramLabel = "ID",
            description = "of streams-processor (default: ${DEFAULT-VALUE})")
    private String applicationId = "jangbu-settlement";

    private final Console console = Console.ofStdout();

    @Override
    public Integer call() throws SQLException, InterruptedException {
        if (reason.isBlank() || by.isBlank() || reason.length() > MAX_TEXT || by.length() > MAX_TEXT) {
            throw new CommandException("--reason and --by must say something, in at most " + MAX_TEXT + " characters.");
        }
        DevJson stack = DevJson.of(data.directory());
        AvroSerdes serdes = new AvroSerdes(URI.create(stack.registry()));
        try (Connection ledger = RoleConnection.open(stack.ledger());
                Replayer replayer =
                        new Replayer(stack.kafka(), applicationId, serdes, new Book(ledger), Clock.systemUTC())) {
            return replay(new DeadLetterBox(stack.kafka(), serdes), replayer);
        } catch (RegistryUnavailableException e) {
            throw new CommandException("The registry at %s: %s".formatted(stack.registry(), e.getMessage()), e);
        } catch (KafkaException e) {
            throw new CommandException("Kafka at %s: %s".formatted(stack.kafka(), e.getMessage()), e);
        }
    }

    private int replay(DeadLetterBox box, Replayer replayer) throws SQLException, InterruptedException {
        Map<Long, List<DeadLetterReplayed>> replays = box.replays();
        int refused = 0;
        for (long number : numbers) {
            DeadLetter letter = DeadLettersShowCommand.find(box, number);
            try {
                DeadLetterReplayed note =
                        replayer.replay(letter, by, reason, replays.getOrDefault(number, List.of()), again);
                console.say("%d  sent to %s again; %s".formatted(number, letter.topic(), note.getProof()));
            } catch (ReplayRefusedException e) {
                refused++;
                console.say("%d  not sent. %s".formatted(number, e.getMessage()));
            }
        }
        return refused == 0 ? 0 : 1;
    }
}
