package dev.jangbu.local;

import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** streams-processor: the wallet desk and the completion desk. */
record StreamsProcessor(Stack stack) implements Part {

    @Override
    public PartName name() {
        return PartName.STREAMS_PROCESSOR;
    }

    @Override
    public Set<PartName> after() {
        return Set.of(PartName.KAFKA, PartName.REGISTRY);
    }

    @Override
    public Launch launch() {
        return Launch.of(
                stack.jvm(name(), "streams-processor", "dev.jangbu.settlement.StreamsProcessor", 256, stack.compiler()),
                ServiceEnvironment.of(
                        stack,
                        name(),
                        Map.of(
                                "JANGBU_STATE_DIR", stack.data().dir("streams").toString(),
                                "JANGBU_APPLICATION_SERVER", stack.ports().address(name()))));
    }

    @Override
    public boolean isReady() throws IOException, InterruptedException {
        return Probe.listens(stack.ports().of(name()))
                && Probe.answersOk(stack.ports().url(name()) + "/actuator/health/readiness");
    }
}
