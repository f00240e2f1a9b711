package dev.jangbu.proving.bugs;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

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
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IOException("Planting a bug needs a JDK: this Java runtime has no compiler");
        }
        List<Path> files;
        try (Stream<Path> walked = Files.walk(sources)) {
            files = walked.filter(file -> file.toString().endsWith(".java")).toList();
        }
        if (files.isEmpty()) {
            return;
        }
        StringWriter output = new StringWriter();
        try (StandardJavaFileManager manager =
                compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
            // Spring binds by parameter names.
            List<String> options = List.of(
                    "-d", classes.toString(), "-cp", classPath(jar, lib), "-parameters", "-proc:none", "-nowarn");
            boolean compiled = compiler.getTask(
                            output, manager, null, options, null, manager.getJavaFileObjectsFromPaths(files))
                    .call();
            if (!compiled) {
                throw new IOException("The sources with the planted bug do not compile: " + files + "\n" + output);
            }
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
