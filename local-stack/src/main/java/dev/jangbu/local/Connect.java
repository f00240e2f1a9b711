package dev.jangbu.local;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The Kafka Connect worker, with the settings of {@code connect-config/}. */
record Connect(Stack stack) implements Part {

    @Override
    public PartName name() {
        return PartName.CONNECT;
    }

    @Override
    public Set<PartName> after() {
        return Set.of(PartName.KAFKA);
    }

    @Override
    public Launch launch() {
        List<String> command = stack.jvm(
                name(),
                "local-stack",
                "org.apache.kafka.connect.cli.ConnectDistributed",
                256,
                stack.compiler(),
                stack.home().resolve("connect-config/connect-worker.properties").toString());
        return Launch.of(
                command,
                Map.of(
                        "JANGBU_KAFKA", stack.ports().address(PartName.KAFKA),
                        "JANGBU_CONNECT_LISTENER", stack.ports().url(PartName.CONNECT),
                        "JANGBU_POSTGRES_HOST", Ports.HOST,
                        "JANGBU_POSTGRES_PORT", Integer.toString(stack.ports().of(PartName.POSTGRES)),
                        "JANGBU_CDC_PASSWORD", stack.secrets().password("jangbu_cdc")));
    }

    @Override
    public boolean isReady() throws IOException, InterruptedException {
        // The list of connectors is answered only by a worker that has joined its group.
        return Probe.listens(stack.ports().of(PartName.CONNECT))
                && Probe.answersOk(stack.ports().url(PartName.CONNECT) + "/connectors");
    }
}
