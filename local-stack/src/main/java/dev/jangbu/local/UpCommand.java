package dev.jangbu.local;

import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code up}: runs the whole stack in the foreground until SIGINT or SIGTERM. */
@Command(
        name = "up",
        description = "Starts the whole stack on loopback; Ctrl-C stops it. Data survives.",
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {

    @Mixin
    private DataOption data = new DataOption();

    @Option(names = "--fresh", description = "start empty: remove all data first")
    private boolean fresh;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "PART",
            description = "start these parts alone, for instance to run a service from an IDE")
    private List<String> only = List.of();

    private final Console console = Console.ofStdout();

    @Override
    public Integer call() throws Exception {
        long begin = System.nanoTime();
        Set<PartName> wanted = wanted();
        Ports ports = Ports.from(System.getenv());
        DataDirectory directory = data.directory();
        FileLock lock = directory.lock();
        Leftovers.awaitEnd(directory, console);
        if (fresh) {
            directory.clear();
        }
        ports.requireFree(wanted);
        Files.deleteIfExists(directory.devJson());
        Files.writeString(
                directory.pidFile("supervisor"), ProcessHandle.current().pid() + System.lineSeparator());

        Stack stack = new Stack(DataOption.home(), directory, ports, Secrets.in(directory.secrets()));
        Supervisor supervisor = new Supervisor(stack, wanted, console);
        Shutdown shutdown = Shutdown.install(() -> {
            console.say("Stopping");
            Files.deleteIfExists(directory.devJson());
            supervisor.stop();
            Files.deleteIfExists(directory.pidFile("supervisor"));
            console.say("Stopped");
        });
        try {
            supervisor.start();
            DevJson.of(ports, stack.secrets()).write(directory);
            greet(stack, Duration.ofNanos(System.nanoTime() - begin));
            new CountDownLatch(1).await();
        } catch (CommandException e) {
            shutdown.exitCode(1);
            throw e;
        } finally {
            assert lock.isValid();
        }
        return 0;
    }

    private Set<PartName> wanted() {
        if (only.isEmpty()) {
            return EnumSet.allOf(PartName.class);
        }
        Set<PartName> named = EnumSet.noneOf(PartName.class);
        for (String name : only) {
            named.add(PartName.of(name.strip()));
        }
        return named;
    }

    private void greet(Stack stack, Duration took) throws IOException {
        Ports ports = stack.ports();
        console.say("""

                Ready after %.1f s. Data, logs and secrets: %s

                  API             %s/v1   (described at %s/docs)
                  API key         %s
                  PSP simulator   %s
                  Kafka           %s
                  Registry        %s
                  Connect         %s
                  PostgreSQL      %s   (URIs with passwords: %s)

                Try:
                  curl -s %s/v1/payments -H 'Authorization: Bearer %s' -H 'Idempotency-Key: first-payment' \\
                    -H 'Content-Type: application/json' -d '{"orderId":"order-1001","currency":"KRW","lines":[
                    {"sellerId":"seller-a","amount":12000,"fee":600},{"sellerId":"seller-b","amount":8000}]}'
                  ./jangbu demo
                  ./jangbu audit

                Ctrl-C stops the stack.""".formatted(
                        took.toMillis() / 1000.0,
                        stack.data().root(),
                        ports.url(PartName.PAYMENT_API),
                        ports.url(PartName.PAYMENT_API),
                        stack.secrets().apiKey(),
                        ports.url(PartName.PSP_SIMULATOR),
                        ports.address(PartName.KAFKA),
                        ports.url(PartName.REGISTRY),
                        ports.url(PartName.CONNECT),
                        ports.address(PartName.POSTGRES),
                        stack.data().devJson(),
                        ports.url(PartName.PAYMENT_API),
                        stack.secrets().apiKey()));
    }
}
