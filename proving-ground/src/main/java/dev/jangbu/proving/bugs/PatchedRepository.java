package dev.jangbu.proving.bugs;

import com.github.difflib.patch.PatchFailedException;
import com.github.difflib.unifieddiff.UnifiedDiffFile;
import com.github.difflib.unifieddiff.UnifiedDiffReader;
import dev.jangbu.local.stack.DataDirectory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A temporary copy of the repository with planted bugs. Everything is a symbolic link except:
 *
 * <ul>
 *   <li>the launcher,
 *   <li>the patched sources and statements,
 *   <li>the jars of the services with the patched classes and statements.
 * </ul>
 *
 * <p>The repository itself stays unchanged.
 */
final class PatchedRepository implements AutoCloseable {

    private static final Pattern SOURCE = Pattern.compile("[^/]+/src/main/(java|resources)/.+");

    private final Path directory;

    private PatchedRepository(Path directory) {
        this.directory = directory;
    }

    /**
     * Creates the copy and plants bugs in it.
     *
     * @param repository root of the built repository
     * @throws IOException if a patch does not apply, or the patched sources do not compile; the message names the bug
     */
    static PatchedRepository of(Path repository, List<PlantedBug> bugs) throws IOException {
        Path home = repository.toAbsolutePath().normalize();
        PatchedRepository patched = new PatchedRepository(Files.createTempDirectory("jangbu-bugs-"));
        try {
            patched.plant(home, bugs);
            return patched;
        } catch (IOException | RuntimeException e) {
            patched.close();
            throw e;
        }
    }

    /** The root of the copy, for {@link dev.jangbu.proving.stack.EphemeralStack}. */
    Path path() {
        return directory.resolve("home");
    }

    private void plant(Path home, List<PlantedBug> bugs) throws IOException {
        Set<String> modules = new TreeSet<>();
        for (Map.Entry<String, List<String>> source : sources(home, bugs).entrySet()) {
            modules.add(source.getKey().substring(0, source.getKey().indexOf('/')));
            Path file = patched().resolve(source.getKey());
            Files.createDirectories(file.getParent());
            Files.write(file, source.getValue());
        }
        link(home, path(), modules);
        // The launcher resolves links to find its home, so it must be a copy.
        replaceByCopy(home.resolve("jangbu"), path().resolve("jangbu"));
        for (String module : modules) {
            plant(home.resolve(module), path().resolve(module), patched().resolve(module));
        }
    }

    private Path patched() {
        return directory.resolve("patched");
    }

    /**
     * The patched sources, by their path in the repository.
     *
     * @throws IOException if a patch does not apply
     */
    static Map<String, List<String>> sources(Path home, List<PlantedBug> bugs) throws IOException {
        Map<String, List<String>> sources = new TreeMap<>();
        for (PlantedBug bug : bugs) {
            patch(home, bug, sources);
        }
        return sources;
    }

    private static void patch(Path home, PlantedBug bug, Map<String, List<String>> sources) throws IOException {
        if (bug.patch() == null) {
            return;
        }
        byte[] bytes = bug.patch().getBytes(StandardCharsets.UTF_8);
        for (UnifiedDiffFile diff : UnifiedDiffReader.parseUnifiedDiff(new ByteArrayInputStream(bytes))
                .getFiles()) {
            String file = Objects.requireNonNull(diff.getToFile(), "every diff names its file")
                    .replaceFirst("^b/", "");
            if (!SOURCE.matcher(file).matches()) {
                throw new IOException(
                        "The planted bug " + bug.name() + " changes " + file + ", which is no source of a service");
            }
            List<String> lines = sources.containsKey(file)
                    ? Objects.requireNonNull(sources.get(file))
                    : Files.readAllLines(home.resolve(file));
            try {
                // Lines may have moved but must be unchanged.
                sources.put(file, diff.getPatch().applyFuzzy(lines, 0));
            } catch (PatchFailedException e) {
                throw new IOException(
                        "The patch of the planted bug " + bug.name() + " does not apply to " + file + " ("
                                + e.getMessage() + "): update it",
                        e);
            }
        }
    }

    /** Links a module's files and replaces its jar by one with the patched classes and statements. */
    private void plant(Path module, Path planted, Path sources) throws IOException {
        Path target = planted.resolve("target");
        link(module, planted, Set.of("target"));
        link(module.resolve("target"), target, Set.of());
        Path jar = target.resolve(module.getFileName() + ".jar");
        replaceByCopy(module.resolve("target").resolve(jar.getFileName()), jar);
        Path classes = Files.createDirectories(directory.resolve("classes").resolve(module.getFileName()));
        ServiceCompiler.compile(classes, sources, jar, target.resolve("lib"));
        replace(jar, classes);
        Path statements = sources.resolve("src/main/resources");
        if (Files.exists(statements)) {
            replace(jar, statements);
        }
    }

    private static void replace(Path jar, Path classes) throws IOException {
        try (FileSystem zip = FileSystems.newFileSystem(jar);
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path entry = zip.getPath(classes.relativize(file).toString());
                Files.copy(file, entry, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** Creates a directory with links to the children of another, except for the given names. */
    private static void link(Path from, Path to, Set<String> except) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> children = Files.list(from)) {
            for (Path child : children.toList()) {
                Files.createSymbolicLink(to.resolve(child.getFileName()), child);
            }
        }
        for (String name : except) {
            Files.delete(to.resolve(name));
        }
    }

    private static void replaceByCopy(Path from, Path to) throws IOException {
        Files.delete(to);
        Files.copy(from, to);
        to.toFile().setExecutable(Files.isExecutable(from));
    }

    @Override
    public void close() throws IOException {
        // Deletes the links, not their targets.
        DataDirectory.delete(directory);
    }
}
