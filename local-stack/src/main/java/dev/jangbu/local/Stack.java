package dev.jangbu.local;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What every part must know of the deployment.
 *
 * @param home the root of the repository
 * @param data where this stack keeps its data
 */
record Stack(Path home, DataDirectory data, Ports ports, Secrets secrets) {

    /** The JDK that runs this process, whatever {@code java} on the path is. */
    static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /**
     * A command that runs a main class of a module.
     *
     * @param part whose process it is
     * @param heapMb the largest heap
     * @param options further options of the JVM
     */
    List<String> jvm(
            PartName part, String module, String mainClass, int heapMb, List<String> options, String... arguments) {
        Path target = home.resolve(module).resolve("target");
        Path jar = target.resolve(module + ".jar");
        Path lib = target.resolve("lib");
        List<String> command = jvm(part, heapMb, options);
        command.add("-cp");
        command.add(jar + ":" + lib + "/*");
        command.add(mainClass);
        command.addAll(List.of(arguments));
        return command;
    }

    /** The same, as far as it goes for every JVM: small, and with the data directory on it so that it can be told whose it is. */
    List<String> jvm(PartName part, int heapMb, List<String> options) {
        List<String> command = new ArrayList<>();
        command.add(java().toString());
        command.add(marker(data));
        command.add("-Xmx" + heapMb + "m");
        // A JVM that crashes says why beside its log, not wherever the launcher was called from.
        command.add("-XX:ErrorFile=" + data.dir("logs").resolve(part.text() + "-crash-%p.log"));
        command.add("@" + home.resolve("local-stack/jvm.options"));
        command.addAll(options);
        StartupArchive.of(this, part).ifPresent(archive -> command.addAll(archive.options()));
        return command;
    }

    /**
     * How much a JVM compiles. By default only as much as makes it quick to come up; with {@code JANGBU_COMPILER=full} as it does where
     * nothing is said, in the images too: slower at first, faster for as long as it runs.
     */
    List<String> compiler() {
        return "full".equals(System.getenv("JANGBU_COMPILER")) ? List.of() : List.of("-XX:TieredStopAtLevel=1");
    }

    /** An argument by which {@link Leftovers} knows the processes of a data directory. */
    static String marker(DataDirectory data) {
        return "-Djangbu.data=" + data.root();
    }
}
