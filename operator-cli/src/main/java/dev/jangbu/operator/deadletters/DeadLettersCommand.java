package dev.jangbu.operator.deadletters;

import dev.jangbu.contract.AvroSerdes;
import dev.jangbu.contract.DeadLetterReplayed;
import dev.jangbu.contract.replay.DeadLetter;
import dev.jangbu.operator.console.Console;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.operator.installation.InstallationOptions;
import dev.jangbu.operator.records.RecordJson;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dead-letters}: lists the records that could not be processed. Its subcommands show and replay them. */
@Command(
        name = "dead-letters",
        description = "Lists the records that could not be processed, newest last.",
        mixinStandardHelpOptions = true,
        subcommands = {DeadLettersShowCommand.class, DeadLettersReplayCommand.class})
public final class DeadLettersCommand implements Callable<Integer> {

    private static final String ROW = "%-8s %-24s %-30s %-16s %-20s %s";
    private static final int REASON_CHARS = 110;

    @Mixin
    private InstallationOptions options = new InstallationOptions();

    @Option(names = "--max", paramLabel = "N", description = "list at most N (default: ${DEFAULT-VALUE})")
    private int max = 100;

    @Option(names = "--topic", paramLabel = "T", description = "only those of this original topic")
    private @Nullable String topic;

    @Option(
            names = "--by",
            paramLabel = "NAME",
            description = "only those that this processor refused (column REFUSED BY)")
    private @Nullable String refusedBy;

    @Option(names = "--not-replayed", description = "only those without a replay")
    private boolean notReplayed;

    @Option(names = "--json", description = "print one JSON object per line, with its replays")
    private boolean json;

    private final Console console = Console.ofStdout();

    @Override
    public Integer call() throws Exception {
        return options.run(this::list);
    }

    private int list(Installation installation) {
        AvroSerdes serdes = installation.serdes();
        DeadLetterReader reader = DeadLetterReader.of(installation.kafka(), serdes);
        Map<Long, List<DeadLetterReplayed>> replays = reader.replays();
        List<DeadLetter> letters = reader.newest(max, letter -> matches(letter, replays));
        if (json) {
            RecordJson records = new RecordJson(serdes);
            letters.forEach(letter ->
                    console.print(DeadLettersShowCommand.withReplays(records.of(letter.record()), letter, replays)
                            .toString()));
        } else {
            print(letters, replays);
        }
        return 0;
    }

    private boolean matches(DeadLetter letter, Map<Long, List<DeadLetterReplayed>> replays) {
        return (topic == null || topic.equals(letter.topic()))
                && (refusedBy == null || refusedBy.equals(letter.refusedBy()))
                && !(notReplayed && replays.containsKey(letter.number()));
    }

    private void print(List<DeadLetter> letters, Map<Long, List<DeadLetterReplayed>> replays) {
        if (letters.isEmpty()) {
            console.print("There are no dead letters.");
            return;
        }
        console.print(ROW.formatted("NUMBER", "SINCE", "FROM", "REFUSED BY", "REPLAYED", "REASON"));
        for (DeadLetter letter : letters) {
            List<DeadLetterReplayed> replayed = replays.getOrDefault(letter.number(), List.of());
            console.print(ROW.formatted(
                    letter.number(),
                    letter.writtenAt(),
                    letter.origin(),
                    letter.refusedBy(),
                    replays(replayed),
                    abbreviate(letter.reason())));
        }
    }

    /** A letter whose settlement was found is not sent. Notes without the field are of replays. */
    private static String replays(List<DeadLetterReplayed> notes) {
        if (notes.isEmpty()) {
            return "no";
        }
        DeadLetterReplayed last = notes.getLast();
        return (Boolean.FALSE.equals(last.getSent()) ? "decided before" : "by " + last.getReplayedBy());
    }

    private static String abbreviate(String reason) {
        String line = reason.replaceAll("\\s+", " ");
        return line.length() <= REASON_CHARS ? line : line.substring(0, REASON_CHARS) + "…";
    }
}
