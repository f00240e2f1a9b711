package dev.jangbu.local.parts;

import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Probe;
import dev.jangbu.local.stack.Stack;
import dev.jangbu.local.supervision.JvmCommand;
import dev.jangbu.local.supervision.LaunchSpec;
import dev.jangbu.local.supervision.StackProcess;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** streams-processor: the settlement topology. */
record StreamsProcessor(Stack stack) implements StackProcess {

    @Override
    public PartName name() {
        return PartName.STREAMS_PROCESSOR;
    }

    @Override
    public Set<PartName> dependencies() {
        return Set.of(PartName.KAFKA, PartName.REGISTRY);
    }

    @Override
    public LaunchSpec launchSpec() {
        return LaunchSpec.of(
                JvmCommand.ofModule(
                        stack,
                        name(),
                        "streams-processor",
                        "dev.jangbu.settlement.StreamsProcessor",
                        256,
                        JvmCommand.compilerOptions()),
                ServiceEnvironment.of(
                        stack,
                        name(),
                        Map.of(
                                "JANGBU_STATE_DIR", stack.data().dir("streams").toString(),
                                "JANGBU_APPLICATION_SERVER", stack.ports().address(name()))));
    }

    @Override
    public boolean isReady() throws IOException, InterruptedException {
        return Probe.isListening(stack.ports().of(name()))
                && Probe.returnsOk(stack.ports().url(name()) + "/actuator/health/readiness");
    }
}
