package dev.jangbu.local.parts;

import dev.jangbu.local.stack.Stack;
import dev.jangbu.local.supervision.StackProcess;
import java.util.List;

/** All parts of a stack. */
public final class AllParts {

    private AllParts() {}

    /** Defines the parts. Chooses free ports for the broker's controller and the management interfaces. */
    public static List<StackProcess> of(Stack stack) {
        List<Integer> ports = stack.ports().findFree(3);
        return List.of(
                new Postgres(stack),
                new Kafka(stack, ports.get(0)),
                new Registry(stack, ports.get(1)),
                new Connect(stack),
                new PspSimulator(stack),
                new PaymentApi(stack, ports.get(2)),
                new StreamsProcessor(stack),
                new LedgerService(stack));
    }
}
