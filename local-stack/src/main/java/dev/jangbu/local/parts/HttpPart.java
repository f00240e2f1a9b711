package dev.jangbu.local.parts;

import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Ports;
import dev.jangbu.local.supervision.LaunchSpec;
import dev.jangbu.local.supervision.StackProcess;
import dev.jangbu.operator.installation.Probe;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * A part that is ready when its HTTP endpoint returns 200. payment-api counts as ready also while it refuses writes
 * because its database went back, and streams-processor while it refuses to start over: only a running stack can be
 * repaired.
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

    private static final Pattern WENT_BACK =
            Pattern.compile("\"state\":\"(RESTORED|KAFKA_WENT_BACK)\"|LostStateException");

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
        String address = Ports.HOST + ":" + port;
        if (!Probe.isListening(address)) {
            return false;
        }
        HttpResponse<String> response = Probe.get("http://" + address + path);
        return response.statusCode() == 200
                || WENT_BACK.matcher(response.body()).find();
    }

    @Override
    public void provision() {
        provisioning.run();
    }
}
