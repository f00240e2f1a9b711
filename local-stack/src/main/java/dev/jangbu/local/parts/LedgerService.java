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

/** ledger-service: keeps the ledger. */
record LedgerService(Stack stack) implements StackProcess {

    @Override
    public PartName name() {
        return PartName.LEDGER_SERVICE;
    }

    @Override
    public Set<PartName> dependencies() {
        return Set.of(PartName.POSTGRES, PartName.KAFKA, PartName.REGISTRY);
    }

    @Override
    public LaunchSpec launchSpec() {
        return LaunchSpec.of(
                JvmCommand.ofModule(
                        stack,
                        name(),
                        "ledger-service",
                        "dev.jangbu.ledger.LedgerService",
                        192,
                        JvmCommand.compilerOptions()),
                ServiceEnvironment.of(
                        stack,
                        name(),
                        Map.of(
                                "JANGBU_OWNER_PASSWORD", stack.secrets().password("jangbu_owner"),
                                "JANGBU_LEDGER_PASSWORD", stack.secrets().password("jangbu_ledger"))));
    }

    @Override
    public boolean isReady() throws IOException, InterruptedException {
        return Probe.isListening(stack.ports().of(name()))
                && Probe.returnsOk(stack.ports().url(name()) + "/actuator/health/readiness");
    }
}
