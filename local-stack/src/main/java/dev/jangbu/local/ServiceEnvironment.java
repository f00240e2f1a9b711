package dev.jangbu.local;

import java.util.HashMap;
import java.util.Map;

/** What all three services are told. */
final class ServiceEnvironment {

    private ServiceEnvironment() {}

    /** @param own what this service alone is told */
    static Map<String, String> of(Stack stack, PartName service, Map<String, String> own) {
        Map<String, String> environment = new HashMap<>(own);
        environment.put("SERVER_ADDRESS", Ports.HOST);
        environment.put("SERVER_PORT", Integer.toString(stack.ports().of(service)));
        environment.put("JANGBU_KAFKA", stack.ports().address(PartName.KAFKA));
        environment.put("JANGBU_REGISTRY", stack.ports().url(PartName.REGISTRY));
        environment.put("JANGBU_POSTGRES", stack.ports().address(PartName.POSTGRES));
        return environment;
    }
}
