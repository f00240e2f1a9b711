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

/** Compiles a few sources of a service against the rest of it, as the build does. */
final class Compiled {

    private Compiled() {}

    /**
     * Compiles every source below a directory.
     *
     * @param jar the service as it was built
     * @param lib what it needs
     * @throws IOException with what the compiler says, if it doesn't compile
     */
    static void into(Path classes, Path sources, Path jar, Path lib) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IOException("Planting a bug needs a JDK: this Java has no compiler");
        }
        List<Path> files;
        try (Stream<Path> walked = Files.walk(sources)) {
            files = walked.filter(file -> file.toString().endsWith(".java")).toList();
        }
        StringWriter said = new StringWriter();
        try (StandardJavaFileManager manager =
                compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
            // Parameters' names: Spring binds by them.
            List<String> options = List.of(
                    "-d", classes.toString(), "-cp", classPath(jar, lib), "-parameters", "-proc:none", "-nowarn");
            boolean compiled = compiler.getTask(
                            said, manager, null, options, null, manager.getJavaFileObjectsFromPaths(files))
                    .call();
            if (!compiled) {
                throw new IOException("What a planted bug makes of " + files + " doesn't compile:\n" + said);
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
