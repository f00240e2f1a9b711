package dev.jangbu.operator.deadletters;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.DeadLetterReplayed;
import dev.jangbu.contract.replay.DeadLetter;
import dev.jangbu.contract.replay.ReplayRefusedException;
import dev.jangbu.contract.replay.Replayer;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.console.Console;
import dev.jangbu.operator.installation.InstallationOptions;
import java.sql.Connection;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dead-letters replay}: sends dead letters again, each after the proof that it was never processed. */
@Command(
        name = "replay",
        description = {
            "Sends dead letters to their original topics again, each after proving that it was not processed.",
            "settlement.replays keeps the name and the reason of each replay forever."
        },
        mixinStandardHelpOptions = true)
final class DeadLettersReplayCommand implements Callable<Integer> {

    private static final int MAX_CHARS = 500;

    @Mixin
    private InstallationOptions options = new InstallationOptions();

    @Parameters(paramLabel = "NUMBER", arity = "1..*", description = "numbers in the list of dead-letters")
    private Set<Long> numbers = new LinkedHashSet<>();

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            required = true,
            description = "the reason, kept in settlement.replays")
    private String reason = "";

    @Option(
            names = "--by",
            paramLabel = "NAME",
            description = "your name, kept in settlement.replays (default: ${DEFAULT-VALUE})")
    private String by = System.getProperty("user.name", "unknown");

    @Option(names = "--again", description = "also replay dead letters that were replayed before")
    private boolean again;

    @Option(
            names = "--application-id",
            paramLabel = "ID",
            description = "application id of streams-processor (default: ${DEFAULT-VALUE})")
    private String applicationId = "jangbu-settlement";

    private final Console console = Console.ofStdout();

    @Override
    public Integer call() throws Exception {
        if (reason.isBlank() || by.isBlank() || reason.length() > MAX_CHARS || by.length() > MAX_CHARS) {
            throw new CommandException("--reason and --by must have 1 to " + MAX_CHARS + " characters.");
        }
        return options.run(installation -> {
            installation.requireKafkaAndPostgresOfOneSource();
            String kafka = installation.kafka();
            AvroSerdes serdes = installation.serdes();
            try (Connection ledger = installation.openLedger();
                    Replayer replayer =
                            new Replayer(kafka, applicationId, serdes, new LedgerReader(ledger), Clock.systemUTC())) {
                return replay(DeadLetterReader.of(kafka, serdes), replayer);
            }
        });
    }

    private int replay(DeadLetterReader reader, Replayer replayer) throws InterruptedException {
        Map<Long, List<DeadLetterReplayed>> replays = reader.replays();
        int refused = 0;
        for (long number : numbers) {
            DeadLetter letter = reader.get(number);
            try {
                DeadLetterReplayed note =
                        replayer.replay(letter, by, reason, replays.getOrDefault(number, List.of()), again);
                console.print("%d  sent to %s; %s".formatted(number, letter.topic(), note.getProof()));
            } catch (ReplayRefusedException e) {
                refused++;
                console.print("%d  not sent. %s".formatted(number, e.getMessage()));
            }
        }
        return refused == 0 ? 0 : 1;
    }
}
