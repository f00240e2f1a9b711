# All images of this repository, one target each, used by docker-compose.yml. Needs BuildKit (part of Docker 23 and
# later).

FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
# mvn verify runs the tests, outside of the image build.
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -ntp -DskipTests -Dquick -pl test-support,schemas,payment-api,streams-processor,ledger-service,operator-cli,psp-simulator,local-stack package

# The base of every image: a JRE, curl for the health checks, an unprivileged user with a folder for data.
FROM eclipse-temurin:25-jre AS tools
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 jangbu \
    && useradd --system --uid 10001 --gid jangbu --home-dir /var/lib/jangbu --create-home jangbu
WORKDIR /opt/jangbu
COPY local-stack/jvm.options jvm.options
USER jangbu

# The libraries are a layer of their own: they change less often than the programs. An entry point without a shell
# passes SIGTERM to the JVM. The heap is a share of the container's memory limit.

FROM tools AS payment-api
COPY --from=build /src/payment-api/target/lib lib
COPY --from=build /src/payment-api/target/payment-api.jar ./
ENTRYPOINT ["java", "@jvm.options", "-XX:MaxRAMPercentage=40", "-cp", "payment-api.jar:lib/*", "dev.jangbu.api.PaymentApi"]

FROM tools AS streams-processor
COPY --from=build /src/streams-processor/target/lib lib
COPY --from=build /src/streams-processor/target/streams-processor.jar ./
ENTRYPOINT ["java", "@jvm.options", "-XX:MaxRAMPercentage=40", "-cp", "streams-processor.jar:lib/*", "dev.jangbu.settlement.StreamsProcessor"]

FROM tools AS ledger-service
COPY --from=build /src/ledger-service/target/lib lib
COPY --from=build /src/ledger-service/target/ledger-service.jar ./
ENTRYPOINT ["java", "@jvm.options", "-XX:MaxRAMPercentage=40", "-cp", "ledger-service.jar:lib/*", "dev.jangbu.ledger.LedgerService"]

FROM tools AS psp-simulator
COPY --from=build /src/psp-simulator/target/lib lib
COPY --from=build /src/psp-simulator/target/psp-simulator.jar ./
ENTRYPOINT ["java", "@jvm.options", "-XX:MaxRAMPercentage=40", "-cp", "psp-simulator.jar:lib/*", "dev.jangbu.simulator.PspSimulator"]

# The operator's commands, in the layout of the repository: ledger and reconcile run ledger-service's program, restore
# wallets that of streams-processor.
FROM tools AS operator-cli
COPY local-stack/jvm.options local-stack/jvm.options
COPY --from=build /src/ledger-service/target/lib ledger-service/target/lib
COPY --from=build /src/ledger-service/target/ledger-service.jar ledger-service/target/
COPY --from=build /src/streams-processor/target/lib streams-processor/target/lib
COPY --from=build /src/streams-processor/target/streams-processor.jar streams-processor/target/
COPY --from=build /src/operator-cli/target/lib lib
COPY --from=build /src/operator-cli/target/operator-cli.jar ./
ENTRYPOINT ["java", "@jvm.options", "-XX:MaxRAMPercentage=20", "-Dlogback.configurationFile=logback-command.xml", "-Djangbu.home=/opt/jangbu", "-cp", "operator-cli.jar:lib/*", "dev.jangbu.operator.OperatorCli"]

# Two programs with the class path of ./jangbu up.
FROM tools AS local-stack
COPY --from=build /src/local-stack/target/lib lib
COPY --from=build /src/local-stack/target/local-stack.jar ./

FROM local-stack AS connect
ENTRYPOINT ["java", "@jvm.options", "-XX:MaxRAMPercentage=40", "-cp", "local-stack.jar:lib/*", "org.apache.kafka.connect.cli.ConnectDistributed", "connect-config/connect-worker.properties"]

FROM local-stack AS provision
ENTRYPOINT ["java", "@jvm.options", "-XX:MaxRAMPercentage=40", "-cp", "local-stack.jar:lib/*", "dev.jangbu.contract.Provision"]
