package dev.jangbu.proving.bugs;

import com.github.difflib.patch.PatchFailedException;
import com.github.difflib.unifieddiff.UnifiedDiffFile;
import com.github.difflib.unifieddiff.UnifiedDiffReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The repository with bugs in it, beside the repository: a temporary directory of links, in which nothing is copied but the
 * launcher, the sources that a bug touches, and the jars of the services that are compiled from them. What is in the repository
 * stays as it is.
 */
final class PatchedHome implements AutoCloseable {

    private static final String SOURCES = "/src/main/java/";

    private final Path directory;

    private PatchedHome(Path directory) {
        this.directory = directory;
    }

    /**
     * Plants bugs.
     *
     * @param repository built
     * @throws IOException if a patch doesn't fit the sources any more, or what comes of it doesn't compile; it says which
     */
    static PatchedHome of(Path repository, List<PlantedBug> bugs) throws IOException {
        Path home = repository.toAbsolutePath().normalize();
        PatchedHome patched = new PatchedHome(Files.createTempDirectory("jangbu-bugs-"));
        try {
            patched.plant(home, bugs);
            return patched;
        } catch (IOException | RuntimeException e) {
            patched.close();
            throw e;
        }
    }

    /** What {@link dev.jangbu.proving.stack.OwnStack} starts. */
    Path path() {
        return directory.resolve("home");
    }

    private void plant(Path home, List<PlantedBug> bugs) throws IOException {
        Map<String, List<String>> sources = sources(home, bugs);
        Map<String, Map<String, List<String>>> byModule = new TreeMap<>();
        sources.forEach((file, lines) -> byModule.computeIfAbsent(
                        file.substring(0, file.indexOf('/')), module -> new LinkedHashMap<>())
                .put(file, lines));
        link(home, path(), byModule.keySet());
        // Where the launcher lies is the home, so it is no link.
        replaceByCopy(home.resolve("jangbu"), path().resolve("jangbu"));
        for (Map.Entry<String, Map<String, List<String>>> module : byModule.entrySet()) {
            plant(home.resolve(module.getKey()), path().resolve(module.getKey()), module.getValue());
        }
    }

    /**
     * The sources that bugs change, as they are with them, by their path in the repository.
     *
     * @throws IOException if a patch doesn't fit them any more
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
            if (!file.contains(SOURCES)) {
                throw new IOException("The planted bug " + bug.name() + " is to change " + file
                        + ", and only sources of a service can be changed");
            }
            List<String> lines = sources.containsKey(file)
                    ? Objects.requireNonNull(sources.get(file))
                    : Files.readAllLines(home.resolve(file));
            try {
                // Lines may have moved, but must be the same.
                sources.put(file, diff.getPatch().applyFuzzy(lines, 0));
            } catch (PatchFailedException e) {
                throw new IOException(
                        "The planted bug " + bug.name() + " doesn't fit " + file + " any more (" + e.getMessage()
                                + "): make its patch again",
                        e);
            }
        }
    }

    /** A module in which everything is a link but its jar, in which some classes are others. */
    private void plant(Path module, Path planted, Map<String, List<String>> sources) throws IOException {
        Path target = planted.resolve("target");
        link(module, planted, List.of("target"));
        link(module.resolve("target"), target, List.of());
        String name = module.getFileName() + ".jar";
        Path jar = target.resolve(name);
        replaceByCopy(module.resolve("target").resolve(name), jar);
        Path changed = Files.createDirectories(directory.resolve("sources").resolve(module.getFileName()));
        for (Map.Entry<String, List<String>> source : sources.entrySet()) {
            Path file =
                    changed.resolve(source.getKey().substring(source.getKey().indexOf(SOURCES) + SOURCES.length()));
            Files.createDirectories(file.getParent());
            Files.write(file, source.getValue());
        }
        Path classes = Files.createDirectories(directory.resolve("classes").resolve(module.getFileName()));
        Compiled.into(classes, changed, jar, target.resolve("lib"));
        replace(jar, classes);
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

    /** A directory of links to what is in another, but to these. */
    private static void link(Path from, Path to, Iterable<String> but) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> children = Files.list(from)) {
            for (Path child : children.toList()) {
                Files.createSymbolicLink(to.resolve(child.getFileName()), child);
            }
        }
        for (String name : but) {
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
        // A link is removed, never what it leads to.
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
