package dev.jangbu.local;

import dev.jangbu.local.parts.AllParts;
import dev.jangbu.local.parts.OutboxConnector;
import dev.jangbu.local.stack.DataDirectory;
import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Ports;
import dev.jangbu.local.stack.PrivateFile;
import dev.jangbu.local.stack.Secrets;
import dev.jangbu.local.stack.Stack;
import dev.jangbu.local.supervision.OrphanedProcesses;
import dev.jangbu.local.supervision.Shutdown;
import dev.jangbu.local.supervision.StackProcess;
import dev.jangbu.local.supervision.Supervisor;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.console.Console;
import dev.jangbu.operator.installation.DataOption;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code up}: runs the stack in the foreground until SIGINT or SIGTERM. */
@Command(
        name = "up",
        description = "Runs the stack on loopback until Ctrl-C. Keeps its data.",
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {

    @Mixin
    private DataOption data = new DataOption();

    @Option(names = "--fresh", description = "remove all data first")
    private boolean fresh;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "PART",
            description = "start only these parts, for instance to run a service in an IDE")
    private List<String> only = List.of();

    private final Console console = Console.ofStdout();

    @Override
    public Integer call() throws Exception {
        long begin = System.nanoTime();
        Set<PartName> parts = parts();
        Ports ports = Ports.from(System.getenv());
        DataDirectory directory = new DataDirectory(data.directory());
        FileLock lock = directory.lock();
        OrphanedProcesses.awaitExit(directory, console);
        if (fresh) {
            directory.clear();
        }
        ports.requireFree(parts);
        Files.deleteIfExists(directory.descriptor());
        Files.writeString(
                directory.pidFile("supervisor"), ProcessHandle.current().pid() + System.lineSeparator());

        Stack stack = new Stack(DataOption.home(), directory, ports, Secrets.loadOrCreate(directory.secrets()));
        List<StackProcess> processes = AllParts.of(stack).stream()
                .filter(process -> parts.contains(process.name()))
                .toList();
        Supervisor supervisor = new Supervisor(stack, processes, List.of(new OutboxConnector(stack, console)), console);
        Shutdown shutdown = Shutdown.install(() -> {
            console.print("Stopping");
            Files.deleteIfExists(directory.descriptor());
            supervisor.stop();
            Files.deleteIfExists(directory.pidFile("supervisor"));
            console.print("Stopped");
        });
        try {
            supervisor.start();
            PrivateFile.write(directory.descriptor(), stack.descriptor().toJson());
            printSummary(stack, Duration.ofNanos(System.nanoTime() - begin));
            new CountDownLatch(1).await();
        } catch (CommandException e) {
            shutdown.exitCode(1);
            throw e;
        } finally {
            assert lock.isValid();
        }
        return 0;
    }

    private Set<PartName> parts() {
        return only.isEmpty()
                ? EnumSet.allOf(PartName.class)
                : only.stream()
                        .map(name -> PartName.of(name.strip()))
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(PartName.class)));
    }

    private void printSummary(Stack stack, Duration took) throws IOException {
        Ports ports = stack.ports();
        console.print("""

                Ready after %.1f s. Data, logs and secrets: %s

                  API             %s/v1   (reference: %s/docs)
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
                        stack.data().descriptor(),
                        ports.url(PartName.PAYMENT_API),
                        stack.secrets().apiKey()));
    }
}
