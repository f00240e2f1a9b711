package dev.jangbu.local.parts;

import static dev.jangbu.local.stack.PartName.CONNECT;
import static dev.jangbu.local.stack.PartName.KAFKA;
import static dev.jangbu.local.stack.PartName.LEDGER_SERVICE;
import static dev.jangbu.local.stack.PartName.PAYMENT_API;
import static dev.jangbu.local.stack.PartName.POSTGRES;
import static dev.jangbu.local.stack.PartName.PSP_SIMULATOR;
import static dev.jangbu.local.stack.PartName.REGISTRY;
import static dev.jangbu.local.stack.PartName.STREAMS_PROCESSOR;
import static java.util.Map.entry;

import dev.jangbu.contract.Provision;
import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Ports;
import dev.jangbu.local.stack.Stack;
import dev.jangbu.local.supervision.JvmCommand;
import dev.jangbu.local.supervision.StackProcess;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** All parts of a stack: the command, environment and readiness check of each. */
public final class AllParts {

    private static final String READINESS = "/actuator/health/readiness";

    private final Stack stack;
    private final Ports ports;

    AllParts(Stack stack) {
        this.stack = stack;
        this.ports = stack.ports();
    }

    /** Defines the parts. Chooses free ports for the broker's controller and the management interfaces. */
    public static List<StackProcess> of(Stack stack) {
        List<Integer> free = stack.ports().findFree(3);
        AllParts parts = new AllParts(stack);
        return List.of(
                new Postgres(stack),
                new Kafka(stack, free.get(0)),
                parts.registry(free.get(1)),
                parts.connect(),
                parts.pspSimulator(),
                parts.paymentApi(free.get(2)),
                parts.streamsProcessor(),
                parts.ledgerService());
    }

    /** Apicurio Registry with the schemas of the catalogue. It stores them in its own database. */
    HttpPart registry(int managementPort) {
        List<String> options =
                List.of("-XX:TieredStopAtLevel=1", "-Djava.util.logging.manager=org.jboss.logmanager.LogManager");
        Map<String, String> environment = Map.ofEntries(
                entry("QUARKUS_HTTP_HOST", Ports.HOST),
                entry("QUARKUS_HTTP_PORT", port(REGISTRY)),
                // Its default is 0.0.0.0:9000.
                entry("QUARKUS_MANAGEMENT_HOST", Ports.HOST),
                entry("QUARKUS_MANAGEMENT_PORT", Integer.toString(managementPort)),
                entry("QUARKUS_HTTP_ACCESS_LOG_ENABLED", "false"),
                entry("APICURIO_STORAGE_KIND", "sql"),
                entry("APICURIO_STORAGE_SQL_KIND", "postgresql"),
                entry(
                        "APICURIO_DATASOURCE_URL",
                        "jdbc:postgresql://" + ports.address(POSTGRES)
                                + "/jangbu_registry?connectTimeout=5&socketTimeout=30&tcpKeepAlive=true"),
                entry("APICURIO_DATASOURCE_USERNAME", "jangbu_registry"),
                entry("APICURIO_DATASOURCE_PASSWORD", password("jangbu_registry")),
                entry("APICURIO_DATASOURCE_JDBC_INITIAL_SIZE", "1"),
                entry("APICURIO_DATASOURCE_JDBC_MIN_SIZE", "1"),
                entry("APICURIO_DATASOURCE_JDBC_MAX_SIZE", "5"));
        return new HttpPart(
                REGISTRY,
                Set.of(POSTGRES),
                () -> JvmCommand.ofJar(
                        stack,
                        REGISTRY,
                        stack.home().resolve("local-stack/target/registry/quarkus-run.jar"),
                        160,
                        options),
                environment,
                ports.of(REGISTRY),
                "/apis/ccompat/v7/subjects",
                () -> Provision.schemas(URI.create(ports.url(REGISTRY))));
    }

    /** The Kafka Connect worker with the settings of {@code connect-config/}. */
    HttpPart connect() {
        return new HttpPart(
                CONNECT,
                Set.of(KAFKA),
                () -> JvmCommand.ofModule(
                        stack,
                        CONNECT,
                        "local-stack",
                        "org.apache.kafka.connect.cli.ConnectDistributed",
                        256,
                        JvmCommand.compilerOptions(),
                        stack.home()
                                .resolve("connect-config/connect-worker.properties")
                                .toString()),
                Map.of(
                        "JANGBU_KAFKA", ports.address(KAFKA),
                        "JANGBU_CONNECT_LISTENER", ports.url(CONNECT),
                        "JANGBU_POSTGRES_HOST", Ports.HOST,
                        "JANGBU_POSTGRES_PORT", port(POSTGRES),
                        "JANGBU_CDC_PASSWORD", password("jangbu_cdc")),
                ports.of(CONNECT),
                // Only a worker that has joined its group lists the connectors.
                "/connectors");
    }

    HttpPart pspSimulator() {
        return new HttpPart(
                PSP_SIMULATOR,
                Set.of(),
                program(PSP_SIMULATOR, "dev.jangbu.simulator.PspSimulator", 96),
                Map.of(
                        "JANGBU_PSP_SIMULATOR_PORT", port(PSP_SIMULATOR),
                        "JANGBU_PSP_SECRET", stack.secrets().psp(),
                        "JANGBU_DATA_DIR", stack.data().dir("psp").toString()),
                ports.of(PSP_SIMULATOR),
                "/simulator/health");
    }

    HttpPart paymentApi(int managementPort) {
        return new HttpPart(
                PAYMENT_API,
                Set.of(POSTGRES, KAFKA, REGISTRY),
                program(PAYMENT_API, "dev.jangbu.api.PaymentApi", 192),
                serviceEnvironment(
                        PAYMENT_API,
                        Map.ofEntries(
                                entry("MANAGEMENT_SERVER_PORT", Integer.toString(managementPort)),
                                entry("JANGBU_OWNER_PASSWORD", password("jangbu_owner")),
                                entry("JANGBU_PAYMENT_PASSWORD", password("jangbu_payment")),
                                entry("JANGBU_PSP_URL", ports.url(PSP_SIMULATOR)),
                                entry("JANGBU_PSP_SECRET", stack.secrets().psp()),
                                entry("JANGBU_PSP_TIMEOUT", "3s"),
                                entry("JANGBU_STREAMS_URL", ports.url(STREAMS_PROCESSOR)),
                                entry("JANGBU_LEDGER_URL", ports.url(LEDGER_SERVICE)),
                                entry("JANGBU_CONNECT", ports.url(CONNECT)),
                                entry("JANGBU_DEV_API_KEY", stack.secrets().apiKey()))),
                managementPort,
                READINESS);
    }

    HttpPart streamsProcessor() {
        return new HttpPart(
                STREAMS_PROCESSOR,
                Set.of(KAFKA, REGISTRY),
                program(STREAMS_PROCESSOR, "dev.jangbu.settlement.StreamsProcessor", 256),
                serviceEnvironment(
                        STREAMS_PROCESSOR,
                        Map.of(
                                "JANGBU_STATE_DIR", stack.data().dir("streams").toString(),
                                "JANGBU_APPLICATION_SERVER", ports.address(STREAMS_PROCESSOR))),
                ports.of(STREAMS_PROCESSOR),
                READINESS);
    }

    HttpPart ledgerService() {
        return new HttpPart(
                LEDGER_SERVICE,
                Set.of(POSTGRES, KAFKA, REGISTRY),
                program(LEDGER_SERVICE, "dev.jangbu.ledger.LedgerService", 192),
                serviceEnvironment(
                        LEDGER_SERVICE,
                        Map.of(
                                "JANGBU_OWNER_PASSWORD", password("jangbu_owner"),
                                "JANGBU_LEDGER_PASSWORD", password("jangbu_ledger"))),
                ports.of(LEDGER_SERVICE),
                READINESS);
    }

    /** The command of a part that has a module of its name. */
    private Supplier<List<String>> program(PartName part, String mainClass, int heapMb) {
        return () -> JvmCommand.ofModule(stack, part, part.text(), mainClass, heapMb, JvmCommand.compilerOptions());
    }

    /** The variables of all three services and {@code own}, those of one alone. */
    private Map<String, String> serviceEnvironment(PartName service, Map<String, String> own) {
        Map<String, String> environment = new HashMap<>(own);
        environment.put("SERVER_ADDRESS", Ports.HOST);
        environment.put("SERVER_PORT", port(service));
        environment.put("JANGBU_KAFKA", ports.address(KAFKA));
        environment.put("JANGBU_REGISTRY", ports.url(REGISTRY));
        environment.put("JANGBU_POSTGRES", ports.address(POSTGRES));
        return environment;
    }

    private String port(PartName part) {
        return Integer.toString(ports.of(part));
    }

    private String password(String role) {
        return stack.secrets().password(role);
    }
}
