package dev.jangbu.local.parts;

import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Ports;
import dev.jangbu.local.stack.Probe;
import dev.jangbu.local.supervision.LaunchSpec;
import dev.jangbu.local.supervision.StackProcess;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A part that is ready when its HTTP endpoint returns 200.
 *
 * @param command computed at each start
 * @param provisioning called once per run, when the part is ready for the first time
 */
record HttpPart(
        PartName name,
        Set<PartName> dependencies,
        Supplier<List<String>> command,
        Map<String, String> environment,
        int port,
        String path,
        Runnable provisioning)
        implements StackProcess {

    HttpPart(
            PartName name,
            Set<PartName> dependencies,
            Supplier<List<String>> command,
            Map<String, String> environment,
            int port,
            String path) {
        this(name, dependencies, command, environment, port, path, () -> {});
    }

    @Override
    public LaunchSpec launchSpec() {
        return LaunchSpec.of(command.get(), environment);
    }

    @Override
    public boolean isReady() throws IOException, InterruptedException {
        return Probe.isListening(port) && Probe.returnsOk("http://" + Ports.HOST + ":" + port + path);
    }

    @Override
    public void provision() {
        provisioning.run();
    }
}
