package dev.jangbu.settlement.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.springframework.util.FileSystemUtils;

/**
 * The local copies of the stores, how far they are, and the Kafka that they belong to. Kafka Streams continues a copy from
 * its offset in the changelog, also if the changelog is another one of the same name: the store would be a mixture of
 * both. So a file beside the copies names the topic that they were copied with, by an id that a recreated topic does not
 * have.
 *
 * @param stateDir the setting {@code state.dir}
 */
record LocalState(Path stateDir, String applicationId) {

    private Path copies() {
        return stateDir.resolve(applicationId);
    }

    private Path origin() {
        return stateDir.resolve(applicationId + ".topic");
    }

    boolean exists() {
        return Files.isDirectory(copies());
    }

    /**
     * The offset of the last record of each changelog in the copies of an instance that was closed. Kafka Streams writes
     * them as text: a version, the number of lines, and a line with topic, partition and offset for each changelog. It
     * starts again from the changelog if a line is missing.
     */
    Map<TopicPartition, Long> checkpoints() {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        if (!exists()) {
            return offsets;
        }
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(copies(), Files::isDirectory)) {
            for (Path task : tasks) {
                Path file = task.resolve(".checkpoint");
                if (Files.exists(file)) {
                    for (String line : Files.readAllLines(file)) {
                        String[] fields = line.split(" ", -1);
                        if (fields.length == 3) {
                            offsets.put(
                                    new TopicPartition(fields[0], Integer.parseInt(fields[1])),
                                    Long.parseLong(fields[2]));
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The state directory " + stateDir + " can't be read", e);
        }
        return offsets;
    }

    /** Deletes copies of another Kafka. Call it before the client starts and after {@link GroupOffsets}. */
    void keepOnly(Uuid topic) {
        try {
            if (Files.exists(origin()) && Files.readString(origin()).equals(topic.toString())) {
                return;
            }
            FileSystemUtils.deleteRecursively(copies());
            Files.createDirectories(stateDir);
            Files.writeString(origin(), topic.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("The state directory " + stateDir + " can't be written", e);
        }
    }
}
