package dev.jangbu.operator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class OperatorCliTest {

    @Test
    void everyCommandCanBeAddedToAnotherProgram() {
        CommandLine program = new CommandLine(new Program());

        OperatorCli.addCommandsTo(program);

        assertThat(program.getSubcommands())
                .containsOnlyKeys("topics", "tail", "dead-letters", "outbox", "restore", "ledger", "reconcile");
    }

    @Test
    void noOptionTakesASecret() {
        CommandLine program = new CommandLine(new Program());
        OperatorCli.addCommandsTo(program);

        assertNoSecretOptions(program);
    }

    private static void assertNoSecretOptions(CommandLine command) {
        assertThat(command.getCommandSpec().optionsMap().keySet())
                .noneMatch(option -> option.matches(".*(password|secret|api-?key).*"));
        command.getSubcommands().values().forEach(OperatorCliTest::assertNoSecretOptions);
    }

    @Command(name = "program")
    private static final class Program {}
}
