package dev.jangbu.operator.outbox;

import picocli.CommandLine.Command;

/** {@code outbox}: the commands on outbox rows. */
@Command(
        name = "outbox",
        description = "Commands on the outbox.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = OutboxRepublishCommand.class)
public final class OutboxCommand {}
