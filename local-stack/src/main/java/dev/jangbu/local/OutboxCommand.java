package dev.jangbu.local;

import picocli.CommandLine.Command;

/** {@code outbox}: work on the rows that the change stream carries to Kafka. */
@Command(
        name = "outbox",
        description = "Works on the outbox.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = OutboxRepublishCommand.class)
final class OutboxCommand {}
