package dev.jangbu.proving;

import dev.jangbu.proving.audit.AuditCommand;
import dev.jangbu.proving.bugs.BugsCommand;
import dev.jangbu.proving.torture.TortureCommand;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The commands of {@code ./jangbu} that judge a stack from outside. */
@Command(
        name = "jangbu",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        subcommands = HelpCommand.class)
public final class ProvingGround {

    /** Nothing can be said: the same as of an audit that found no quiet. */
    private static final int CAN_NOT_TELL = 2;

    private ProvingGround() {}

    /** Exits with the command's code; 2 as well when it broke. */
    public static void main(String[] args) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        CommandLine commands = new CommandLine(new ProvingGround())
                .addSubcommand(new AuditCommand(out, err))
                .addSubcommand(new TortureCommand(out, err, Clock.systemUTC()))
                .addSubcommand(new BugsCommand(out, err, Clock.systemUTC()));
        commands.setOut(new PrintWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), true));
        commands.setExecutionExceptionHandler((exception, command, parsed) -> {
            exception.printStackTrace(err);
            return CAN_NOT_TELL;
        });
        System.exit(commands.execute(args));
    }
}
