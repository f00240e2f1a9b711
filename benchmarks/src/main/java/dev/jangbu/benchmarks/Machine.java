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
                Proc.field("cpuinfo", "model name"),
                Runtime.getRuntime().availableProcessors(),
                Proc.megabytes("meminfo", "MemTotal"),
                disk.type() + " on " + disk.name(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vendor") + " " + Runtime.version());
    }

    @Override
    public String toString() {
        return "%s, %d cores, %d MiB, %s, %s, %s".formatted(processor, cores, memoryMb, disk, kernel, java);
    }
}
