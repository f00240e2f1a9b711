package dev.jangbu.proving.bugs;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Compiles changed sources of a service against its jar and its libraries. */
final class ServiceCompiler {

    private ServiceCompiler() {}

    /**
     * Compiles every source below a directory.
     *
     * @param jar the built jar of the service
     * @param lib directory of the service's libraries
     * @throws IOException with the compiler's output, if the sources do not compile
     */
    static void compile(Path classes, Path sources, Path jar, Path lib) throws IOException {
        ToolProvider javac = ToolProvider.findFirst("javac")
                .orElseThrow(() -> new IOException("Planting a bug needs a JDK: this Java runtime has no compiler"));
        List<String> files;
        try (Stream<Path> walked = Files.walk(sources)) {
            files = walked.map(Path::toString)
                    .filter(file -> file.endsWith(".java"))
                    .toList();
        }
        if (files.isEmpty()) {
            return;
        }
        // Spring binds by parameter names.
        List<String> arguments = new ArrayList<>(
                List.of("-d", classes.toString(), "-cp", classPath(jar, lib), "-parameters", "-proc:none", "-nowarn"));
        arguments.addAll(files);
        StringWriter output = new StringWriter();
        PrintWriter printer = new PrintWriter(output);
        if (javac.run(printer, printer, arguments.toArray(String[]::new)) != 0) {
            throw new IOException("The sources with the planted bug do not compile: " + files + "\n" + output);
        }
    }

    private static String classPath(Path jar, Path lib) throws IOException {
        try (Stream<Path> jars = Files.list(lib)) {
            return Stream.concat(Stream.of(jar), jars.sorted())
                    .map(Path::toString)
                    .collect(Collectors.joining(System.getProperty("path.separator")));
        }
    }
}
