package dev.jangbu.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Writes flight recordings of Jangbu's services over the measured rounds. */
final class Profile implements AutoCloseable {

    static final Profile NONE = new Profile(null, "", Path.of("."));

    private static final List<String> PARTS = List.of("streams-processor", "ledger-service", "kafka", "payment-api");

    private final @Nullable BenchStack stack;
    private final String bench;
    private final Path folder;
    private boolean recording;

    private Profile(@Nullable BenchStack stack, String bench, Path folder) {
        this.stack = stack;
        this.bench = bench;
        this.folder = folder;
    }

    static Profile of(BenchOptions options, BenchStack stack, String bench) {
        return options.jfr() ? new Profile(stack, bench, Report.folder(options.home())) : NONE;
    }

    /** Wraps a measurement; starts the recordings before the first measured round. */
    Measurement over(Measurement measurement) {
        return new Measurement() {
            @Override
            public String title() {
                return measurement.title();
            }

            @Override
            public List<Sample> measure(int round) throws IOException, SQLException, InterruptedException {
                if (round == 1) {
                    start();
                }
                return measurement.measure(round);
            }
        };
    }

    void start() throws IOException, InterruptedException {
        if (stack != null && !recording) {
            recording = true;
            Files.createDirectories(folder);
            jcmdAll(stack, "JFR.start", "name=bench", "settings=profile");
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        if (stack != null && recording) {
            for (String part : PARTS) {
                jcmd(stack, part, "JFR.dump", "name=bench", "filename=" + folder.resolve(bench + "-" + part + ".jfr"));
            }
        }
    }

    private static void jcmdAll(BenchStack stack, String... command) throws IOException, InterruptedException {
        for (String part : PARTS) {
            jcmd(stack, part, command);
        }
    }

    private static void jcmd(BenchStack stack, String part, String... command)
            throws IOException, InterruptedException {
        if (!stack.runs(part)) {
            return;
        }
        ProcessBuilder jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(stack.pid(part)))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        jcmd.command().addAll(List.of(command));
        jcmd.start().waitFor(30, TimeUnit.SECONDS);
    }
}
