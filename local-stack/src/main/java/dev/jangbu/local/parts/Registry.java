package dev.jangbu.local.parts;

import dev.jangbu.contract.Provision;
import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Ports;
import dev.jangbu.local.stack.Probe;
import dev.jangbu.local.stack.Stack;
import dev.jangbu.local.supervision.JvmCommand;
import dev.jangbu.local.supervision.LaunchSpec;
import dev.jangbu.local.supervision.StackProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Apicurio Registry with the schemas of the catalogue. It stores them in its own database on the PostgreSQL server. */
record Registry(Stack stack, int managementPort) implements StackProcess {

    @Override
    public PartName name() {
        return PartName.REGISTRY;
    }

    @Override
    public Set<PartName> dependencies() {
        return Set.of(PartName.POSTGRES);
    }

    @Override
    public LaunchSpec launchSpec() {
        Path program = stack.home()
                .resolve("local-stack")
                .resolve("target")
                .resolve("registry")
                .resolve("quarkus-run.jar");
        List<String> command = JvmCommand.ofJar(
                stack,
                name(),
                program,
                160,
                List.of("-XX:TieredStopAtLevel=1", "-Djava.util.logging.manager=org.jboss.logmanager.LogManager"));
        return LaunchSpec.of(
                command,
                Map.ofEntries(
                        Map.entry("QUARKUS_HTTP_HOST", Ports.HOST),
                        Map.entry(
                                "QUARKUS_HTTP_PORT",
                                Integer.toString(stack.ports().of(PartName.REGISTRY))),
                        // Its default is 0.0.0.0:9000.
                        Map.entry("QUARKUS_MANAGEMENT_HOST", Ports.HOST),
                        Map.entry("QUARKUS_MANAGEMENT_PORT", Integer.toString(managementPort)),
                        Map.entry("QUARKUS_HTTP_ACCESS_LOG_ENABLED", "false"),
                        Map.entry("APICURIO_STORAGE_KIND", "sql"),
                        Map.entry("APICURIO_STORAGE_SQL_KIND", "postgresql"),
                        Map.entry(
                                "APICURIO_DATASOURCE_URL",
                                "jdbc:postgresql://" + stack.ports().address(PartName.POSTGRES) + "/jangbu_registry"),
                        Map.entry("APICURIO_DATASOURCE_USERNAME", "jangbu_registry"),
                        Map.entry(
                                "APICURIO_DATASOURCE_PASSWORD", stack.secrets().password("jangbu_registry")),
                        Map.entry("APICURIO_DATASOURCE_JDBC_INITIAL_SIZE", "1"),
                        Map.entry("APICURIO_DATASOURCE_JDBC_MIN_SIZE", "1"),
                        Map.entry("APICURIO_DATASOURCE_JDBC_MAX_SIZE", "5")));
    }

    @Override
    public boolean isReady() throws IOException, InterruptedException {
        return Probe.isListening(stack.ports().of(PartName.REGISTRY))
                && Probe.returnsOk(stack.ports().url(PartName.REGISTRY) + "/apis/ccompat/v7/subjects");
    }

    @Override
    public void provision() {
        Provision.schemas(URI.create(stack.ports().url(PartName.REGISTRY)));
    }
}
