package dev.jangbu.local.parts;

import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Ports;
import dev.jangbu.local.stack.Probe;
import dev.jangbu.local.stack.Stack;
import dev.jangbu.local.supervision.JvmCommand;
import dev.jangbu.local.supervision.LaunchSpec;
import dev.jangbu.local.supervision.StackProcess;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** payment-api: the public API. */
record PaymentApi(Stack stack, int managementPort) implements StackProcess {

    @Override
    public PartName name() {
        return PartName.PAYMENT_API;
    }

    @Override
    public Set<PartName> dependencies() {
        return Set.of(PartName.POSTGRES, PartName.KAFKA, PartName.REGISTRY);
    }

    @Override
    public LaunchSpec launchSpec() {
        return LaunchSpec.of(
                JvmCommand.ofModule(
                        stack, name(), "payment-api", "dev.jangbu.api.PaymentApi", 192, JvmCommand.compilerOptions()),
                ServiceEnvironment.of(
                        stack,
                        name(),
                        Map.of(
                                "MANAGEMENT_SERVER_PORT", Integer.toString(managementPort),
                                "JANGBU_OWNER_PASSWORD", stack.secrets().password("jangbu_owner"),
                                "JANGBU_PAYMENT_PASSWORD", stack.secrets().password("jangbu_payment"),
                                "JANGBU_PSP_URL", stack.ports().url(PartName.PSP_SIMULATOR),
                                "JANGBU_PSP_SECRET", stack.secrets().psp(),
                                "JANGBU_PSP_TIMEOUT", "3s",
                                "JANGBU_STREAMS_URL", stack.ports().url(PartName.STREAMS_PROCESSOR),
                                "JANGBU_LEDGER_URL", stack.ports().url(PartName.LEDGER_SERVICE),
                                "JANGBU_DEV_API_KEY", stack.secrets().apiKey())));
    }

    @Override
    public boolean isReady() throws IOException, InterruptedException {
        return Probe.isListening(managementPort)
                && Probe.returnsOk("http://" + Ports.HOST + ":" + managementPort + "/actuator/health/readiness");
    }
}
