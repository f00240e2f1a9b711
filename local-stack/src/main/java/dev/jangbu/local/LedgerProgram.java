package dev.jangbu.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The ledger's own commands, which are a program of ledger-service: run as a child, with this process's streams. */
final class LedgerProgram {

    /** What an exit code says that is neither "it holds" nor "it differs". */
    static final int COULD_NOT_RUN = 2;

    private static final int HEAP_MB = 512;

    private final Path home;

    /** @param home the root of the repository */
    LedgerProgram(Path home) {
        this.home = home;
    }

    /**
     * Runs a command to its end.
     *
     * @param stack the stack that it is about; null when it is only asked for its help
     * @return 0 it holds, 1 something differs, 2 it could not be run
     * @throws CommandException if it is not built
     */
    int run(@Nullable DevJson stack, List<String> arguments) throws IOException, InterruptedException {
        Path target = home.resolve("ledger-service").resolve("target");
        if (Files.notExists(target.resolve("ledger-service.jar"))) {
            throw new CommandException("ledger-service is not built: call this by the script ./jangbu.");
        }
        List<String> command = new ArrayList<>(List.of(
                Stack.java().toString(),
                "-Xmx" + HEAP_MB + "m",
                "@" + home.resolve("local-stack/jvm.options"),
                "-cp",
                target.resolve("ledger-service.jar") + ":" + target.resolve("lib") + "/*",
                "dev.jangbu.ledger.LedgerCommands"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        if (stack != null) {
            builder.environment().putAll(environment(stack));
        }
        Process program = builder.start();
        try {
            int exit = program.waitFor();
            // What a JVM says that was killed, or ran out of memory, proves nothing.
            return exit == 0 || exit == 1 ? exit : COULD_NOT_RUN;
        } finally {
            program.destroy();
        }
    }

    private static Map<String, String> environment(DevJson stack) {
        return Map.of(
                "JANGBU_KAFKA", stack.kafka(),
                "JANGBU_REGISTRY", stack.registry(),
                "JANGBU_POSTGRES", address(stack),
                "JANGBU_AUDIT_PASSWORD", password(stack, "jangbu_audit"),
                "JANGBU_OWNER_PASSWORD", password(stack, "jangbu_owner"),
                "JANGBU_LEDGER_PASSWORD", password(stack, "jangbu_ledger"));
    }

    /** PostgreSQL's host:port. */
    static String address(DevJson stack) {
        return URI.create(stack.ledger()).getAuthority().replaceFirst(".*@", "");
    }

    /** A role's password, out of its URI. */
    static String password(DevJson stack, String role) {
        String uri = stack.roles().get(role);
        if (uri == null) {
            throw new CommandException(
                    "The stack's dev.json names no role " + role + ": start it again with ./jangbu up.");
        }
        return URI.create(uri).getUserInfo().replaceFirst("^[^:]*:", "");
    }
}
