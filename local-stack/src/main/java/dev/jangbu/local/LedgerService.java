package dev.jangbu.local;

import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** ledger-service: the book. */
record LedgerService(Stack stack) implements Part {

    @Override
    public PartName name() {
        return PartName.LEDGER_SERVICE;
    }

    @Override
    public Set<PartName> after() {
        return Set.of(PartName.POSTGRES, PartName.KAFKA, PartName.REGISTRY);
    }

    @Override
    public Launch launch() {
        return Launch.of(
                stack.jvm(name(), "ledger-service", "dev.jangbu.ledger.LedgerService", 192, stack.compiler()),
                ServiceEnvironment.of(
                        stack,
                        name(),
                        Map.of(
                                "JANGBU_OWNER_PASSWORD", stack.secrets().password("jangbu_owner"),
                                "JANGBU_LEDGER_PASSWORD", stack.secrets().password("jangbu_ledger"))));
    }

    @Override
    public boolean isReady() throws IOException, InterruptedException {
        return Probe.listens(stack.ports().of(name()))
                && Probe.answersOk(stack.ports().url(name()) + "/actuator/health/readiness");
    }
}
