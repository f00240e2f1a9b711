package dev.jangbu.local;

import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** The simulated payment service provider. */
record PspSimulator(Stack stack) implements Part {

    @Override
    public PartName name() {
        return PartName.PSP_SIMULATOR;
    }

    @Override
    public Set<PartName> after() {
        return Set.of();
    }

    @Override
    public Launch launch() {
        return new Launch(
                stack.jvm(name(), "psp-simulator", "dev.jangbu.simulator.PspSimulator", 96, stack.compiler()),
                Map.of(
                        "JANGBU_PSP_SIMULATOR_PORT",
                        Integer.toString(stack.ports().of(PartName.PSP_SIMULATOR)),
                        "JANGBU_PSP_SECRET",
                        stack.secrets().psp(),
                        "JANGBU_DATA_DIR",
                        stack.data().dir("psp").toString()),
                "TERM",
                5);
    }

    @Override
    public boolean isReady() throws IOException, InterruptedException {
        return Probe.listens(stack.ports().of(PartName.PSP_SIMULATOR))
                && Probe.answersOk(stack.ports().url(PartName.PSP_SIMULATOR) + "/simulator/health");
    }
}
