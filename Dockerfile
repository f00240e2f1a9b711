# Every image that is built here, one target each; docker-compose.yml says which. Needs BuildKit (Docker 23 and later have it).

FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
# The tests are run where they have a whole machine, by mvn verify.
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -ntp -DskipTests -Dquick -pl schemas,payment-api,streams-processor,ledger-service,psp-simulator,local-stack package

# What every container has: a JRE, curl for the health checks, a user without rights, a folder for its data.
FROM eclipse-temurin:25-jre AS tools
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 jangbu \
    && useradd --system --uid 10001 --gid jangbu --home-dir /var/lib/jangbu --create-home jangbu
WORKDIR /opt/jangbu
COPY local-stack/jvm.options jvm.options
USER jangbu

# Libraries first: they change seldom, and are a layer of their own. The entry points are processes of their own (no shell
# between), so that a SIGTERM reaches the JVM. Its heap follows the container's memory limit.

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

# Two programs of one class path, the one that ./jangbu up starts them from too.
FROM tools AS local-stack
COPY --from=build /src/local-stack/target/lib lib
COPY --from=build /src/local-stack/target/local-stack.jar ./

FROM local-stack AS connect
ENTRYPOINT ["java", "@jvm.options", "-XX:MaxRAMPercentage=40", "-cp", "local-stack.jar:lib/*", "org.apache.kafka.connect.cli.ConnectDistributed", "connect-config/connect-worker.properties"]

FROM local-stack AS provision
ENTRYPOINT ["java", "@jvm.options", "-XX:MaxRAMPercentage=40", "-cp", "local-stack.jar:lib/*", "dev.jangbu.contract.Provision"]
