package dev.jangbu.ledger;

import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.ledger.command.Installation;
import dev.jangbu.testsupport.TestPostgres;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import picocli.CommandLine;

/** The exit code and output of a command. */
record CommandRun(int exit, String out, String err) {

    static CommandRun of(Installation installation, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commands = LedgerCommands.commands(installation);
        commands.setOut(new PrintWriter(out, true));
        commands.setErr(new PrintWriter(err, true));
        int exit = commands.execute(args);
        return new CommandRun(exit, out.toString(), err.toString());
    }

    static Installation installation(String postgres, String kafka) {
        String password = TestPostgres.PASSWORD;
        return new Installation(kafka, postgres, password, password, password, new FixedIdSerdes(), Clock.systemUTC());
    }
}
