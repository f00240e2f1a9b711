package dev.jangbu.local.parts;

import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Ports;
import dev.jangbu.local.stack.Stack;
import java.util.HashMap;
import java.util.Map;

/** The environment variables that all three services share. */
final class ServiceEnvironment {

    private ServiceEnvironment() {}

    /** @param own the variables of this service alone */
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
