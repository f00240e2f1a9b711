package dev.jangbu.benchmarks;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine of the measurement. */
record Machine(
        @JsonProperty String processor,
        @JsonProperty int cores,
        @JsonProperty long memoryMb,
        @JsonProperty String disk,
        @JsonProperty String kernel,
        @JsonProperty String java) {

    /** The current machine. */
    static Machine current() throws IOException {
        FileStore disk = Files.getFileStore(Path.of(System.getProperty("java.io.tmpdir")));
        return new Machine(
                field(Path.of("/proc/cpuinfo"), "model name"),
                Runtime.getRuntime().availableProcessors(),
                Long.parseLong(field(Path.of("/proc/meminfo"), "MemTotal").replaceAll("[^0-9]", "")) >> 10,
                disk.type() + " on " + disk.name(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vendor") + " " + Runtime.version());
    }

    /** The load average of the last minute. */
    static double load() throws IOException {
        return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]);
    }

    @Override
    public String toString() {
        return "%s, %d cores, %d MiB, %s, %s, %s".formatted(processor, cores, memoryMb, disk, kernel, java);
    }

    private static String field(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElse("unknown");
    }
}
