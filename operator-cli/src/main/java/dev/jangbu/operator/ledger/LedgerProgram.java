package dev.jangbu.operator.ledger;

import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.installation.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

    private static final int HEAP_MB = 512;

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
        Path target = home.resolve("ledger-service").resolve("target");
        if (Files.notExists(target.resolve("ledger-service.jar"))) {
            throw new CommandException("ledger-service is not built: run this command with the script ./jangbu.");
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + HEAP_MB + "m",
                "@" + home.resolve("local-stack/jvm.options"),
                "-cp",
                target.resolve("ledger-service.jar") + ":" + target.resolve("lib") + "/*",
                "dev.jangbu.ledger.LedgerCommands"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().putAll(environment);
        Process program = builder.start();
        try {
            int exit = program.waitFor();
            // Any other code is that of a JVM that was killed or ran out of memory.
            return exit == 0 || exit == 1 ? exit : COULD_NOT_RUN;
        } finally {
            program.destroy();
        }
    }
}
