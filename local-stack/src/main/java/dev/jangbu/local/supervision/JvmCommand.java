package dev.jangbu.local.supervision;

import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Stack;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command lines of the stack's JVMs. They run on the JDK of this process, whatever {@code java} is on the path. */
public final class JvmCommand {

    private static final int JCMD_TIMEOUT_SECONDS = 30;

    private JvmCommand() {}

    /** A command that runs a main class of a module, with further JVM options. */
    public static List<String> ofModule(
            Stack stack,
            PartName part,
            String module,
            String mainClass,
            int heapMb,
            List<String> options,
            String... arguments) {
        Path target = stack.home().resolve(module).resolve("target");
        List<String> command = withOptions(stack, part, heapMb, options);
        command.addAll(List.of("-cp", target.resolve(module + ".jar") + ":" + target.resolve("lib") + "/*", mainClass));
        command.addAll(List.of(arguments));
        return command;
    }

    /** A command that runs a jar file with a main class of its own. */
    public static List<String> ofJar(Stack stack, PartName part, Path jar, int heapMb, List<String> options) {
        List<String> command = withOptions(stack, part, heapMb, options);
        command.addAll(List.of("-jar", jar.toString()));
        return command;
    }

    private static List<String> withOptions(Stack stack, PartName part, int heapMb, List<String> options) {
        List<String> command = new ArrayList<>(List.of(
                program("java"),
                OrphanedProcesses.marker(stack.data()),
                "-Xmx" + heapMb + "m",
                // The crash report of a JVM goes to the log directory, not to the launcher's working directory.
                "-XX:ErrorFile=" + stack.data().dir("logs").resolve(part.text() + "-crash-%p.log"),
                "@" + stack.home().resolve("local-stack/jvm.options")));
        command.addAll(options);
        StartupArchive.of(stack, part).ifPresent(archive -> command.addAll(archive.options()));
        return command;
    }

    /** Runs {@code jcmd} on a JVM of this user; it would end another program. Returns whether it succeeded in 30 s. */
    static boolean jcmd(long pid, Redirect output, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program("jcmd"), Long.toString(pid)));
        command.addAll(List.of(arguments));
        Process jcmd = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        if (!jcmd.waitFor(JCMD_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            jcmd.destroyForcibly();
            return false;
        }
        return jcmd.exitValue() == 0;
    }

    private static String program(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    /**
     * The options of the JIT compiler. By default the first tier alone compiles, for a quick start. {@code
     * JANGBU_COMPILER=full} keeps the JVM's default, as in the images: a slower start and a higher throughput.
     */
    public static List<String> compilerOptions() {
        return "full".equals(System.getenv("JANGBU_COMPILER")) ? List.of() : List.of("-XX:TieredStopAtLevel=1");
    }
}
