package dev.jangbu.local.parts;

import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Ports;
import dev.jangbu.local.stack.Probe;
import dev.jangbu.local.stack.Stack;
import dev.jangbu.local.supervision.JvmCommand;
import dev.jangbu.local.supervision.LaunchSpec;
import dev.jangbu.local.supervision.StackProcess;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The Kafka Connect worker with the settings of {@code connect-config/}. */
record Connect(Stack stack) implements StackProcess {

    @Override
    public PartName name() {
        return PartName.CONNECT;
    }

    @Override
    public Set<PartName> dependencies() {
        return Set.of(PartName.KAFKA);
    }

    @Override
    public LaunchSpec launchSpec() {
        List<String> command = JvmCommand.ofModule(
                stack,
                name(),
                "local-stack",
                "org.apache.kafka.connect.cli.ConnectDistributed",
                256,
                JvmCommand.compilerOptions(),
                stack.home().resolve("connect-config/connect-worker.properties").toString());
        return LaunchSpec.of(
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
        // Only a worker that has joined its group lists the connectors.
        return Probe.isListening(stack.ports().of(PartName.CONNECT))
                && Probe.returnsOk(stack.ports().url(PartName.CONNECT) + "/connectors");
    }
}
