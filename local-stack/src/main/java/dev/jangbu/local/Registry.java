package dev.jangbu.local;

import dev.jangbu.contract.Provision;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Apicurio Registry, with the schemas of the catalogue. It keeps them in a database of its own on our server. */
record Registry(Stack stack, int managementPort) implements Part {

    @Override
    public PartName name() {
        return PartName.REGISTRY;
    }

    @Override
    public Set<PartName> after() {
        return Set.of(PartName.POSTGRES);
    }

    @Override
    public Launch launch() {
        Path program = stack.home()
                .resolve("local-stack")
                .resolve("target")
                .resolve("registry")
                .resolve("quarkus-run.jar");
        List<String> command = stack.jvm(
                name(),
                160,
                List.of("-XX:TieredStopAtLevel=1", "-Djava.util.logging.manager=org.jboss.logmanager.LogManager"));
        command.addAll(List.of("-jar", program.toString()));
        return Launch.of(
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
        return Probe.listens(stack.ports().of(PartName.REGISTRY))
                && Probe.answersOk(stack.ports().url(PartName.REGISTRY) + "/apis/ccompat/v7/subjects");
    }

    @Override
    public void provision() {
        Provision.schemas(URI.create(stack.ports().url(PartName.REGISTRY)));
    }
}
