package dev.jangbu.operator.installation;

import dev.jangbu.operator.console.CommandException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A command program of a service, run as a child process on the standard streams of this one. The commands do not depend
 * on the services' classes.
 *
 * @param home the root of the repository, or a folder with the same layout
 * @param module the service, for instance {@code ledger-service}
 */
public record ServiceProgram(Path home, String module, String mainClass) {

    private static final int HEAP_MB = 512;

    /**
     * @param input the program's standard input; null: that of this process
     * @return the exit code
     * @throws CommandException if the program is not built
     */
    public int run(Map<String, String> environment, List<String> arguments, @Nullable String input)
            throws IOException, InterruptedException {
        Path target = home.resolve(module).resolve("target");
        if (Files.notExists(target.resolve(module + ".jar"))) {
            throw new CommandException(module + " is not built: run this command with the script ./jangbu.");
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + HEAP_MB + "m",
                "@" + home.resolve("local-stack/jvm.options"),
                "-cp",
                target.resolve(module + ".jar") + ":" + target.resolve("lib") + "/*",
                mainClass));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        if (input != null) {
            builder.redirectInput(Redirect.PIPE);
        }
        builder.environment().putAll(environment);
        Process program = builder.start();
        try {
            if (input != null) {
                try (OutputStream in = program.getOutputStream()) {
                    in.write(input.getBytes(StandardCharsets.UTF_8));
                }
            }
            return program.waitFor();
        } finally {
            program.destroy();
        }
    }
}
