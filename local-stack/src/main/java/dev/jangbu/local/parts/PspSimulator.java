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

/** psp-simulator: simulates a payment service provider. */
record PspSimulator(Stack stack) implements StackProcess {

    @Override
    public PartName name() {
        return PartName.PSP_SIMULATOR;
    }

    @Override
    public Set<PartName> dependencies() {
        return Set.of();
    }

    @Override
    public LaunchSpec launchSpec() {
        return new LaunchSpec(
                JvmCommand.ofModule(
                        stack,
                        name(),
                        "psp-simulator",
                        "dev.jangbu.simulator.PspSimulator",
                        96,
                        JvmCommand.compilerOptions()),
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
        return Probe.isListening(stack.ports().of(PartName.PSP_SIMULATOR))
                && Probe.returnsOk(stack.ports().url(PartName.PSP_SIMULATOR) + "/simulator/health");
    }
}
