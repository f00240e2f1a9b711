package dev.jangbu.local;

import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** payment-api, the one part that is meant to be reached from outside. */
record PaymentApi(Stack stack, int managementPort) implements Part {

    @Override
    public PartName name() {
        return PartName.PAYMENT_API;
    }

    @Override
    public Set<PartName> after() {
        return Set.of(PartName.POSTGRES, PartName.KAFKA, PartName.REGISTRY);
    }

    @Override
    public Launch launch() {
        return Launch.of(
                stack.jvm(name(), "payment-api", "dev.jangbu.api.PaymentApi", 192, stack.compiler()),
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
        return Probe.listens(managementPort)
                && Probe.answersOk("http://" + Ports.HOST + ":" + managementPort + "/actuator/health/readiness");
    }
}
