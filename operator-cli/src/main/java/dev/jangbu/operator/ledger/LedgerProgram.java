package dev.jangbu.operator.ledger;

import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.operator.installation.ServiceProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs ledger-service's command program as a child process on the standard streams of this one.
 *
 * @param home the root of the repository, or a folder with the same layout
 */
record LedgerProgram(Path home) {

    /** Exit code: neither "the ledger holds" nor "something differs". */
    static final int COULD_NOT_RUN = 2;

    /** Prints the help of a command. */
    int printHelp(List<String> arguments) throws IOException, InterruptedException {
        return run(Map.of(), arguments);
    }

    /**
     * @param readsKafka whether the command reads topics, and needs Kafka and the registry
     * @param roles the PostgreSQL roles that the command needs
     * @return 0 the ledger holds, 1 something differs, 2 the command could not run
     * @throws CommandException if the program is not built, or a setting of the installation is missing
     */
    int run(Installation installation, boolean readsKafka, List<String> roles, List<String> arguments)
            throws IOException, InterruptedException {
        Map<String, String> environment = new HashMap<>();
        if (readsKafka) {
            environment.put("JANGBU_KAFKA", installation.kafka());
            environment.put("JANGBU_REGISTRY", installation.registry());
        }
        environment.put("JANGBU_POSTGRES", installation.postgres());
        for (String role : roles) {
            environment.put(Installation.passwordVariable(role), installation.password(role));
        }
        return run(environment, arguments);
    }

    private int run(Map<String, String> environment, List<String> arguments) throws IOException, InterruptedException {
        int exit = new ServiceProgram(home, "ledger-service", "dev.jangbu.ledger.LedgerCommands")
                .run(environment, arguments, null);
        // Any other code is that of a JVM that was killed or ran out of memory.
        return exit == 0 || exit == 1 ? exit : COULD_NOT_RUN;
    }
}
