package dev.jangbu.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.operator.console.CommandException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PortsTest {

    @Test
    void eachPartHasItsDefaultPortUnlessItsVariableIsSet() {
        Ports ports = Ports.from(Map.of("JANGBU_PAYMENT_API_PORT", " 18080 ", "JANGBU_KAFKA_PORT", ""));

        assertThat(ports.url(PartName.PAYMENT_API)).isEqualTo("http://127.0.0.1:18080");
        assertThat(ports.address(PartName.KAFKA)).isEqualTo("127.0.0.1:9092");
        assertThat(ports.of(PartName.POSTGRES)).isEqualTo(15432);
        assertThat(ports.byPart()).hasSize(PartName.values().length);
    }

    @Test
    void anInvalidPortIsReportedWithItsVariable() {
        for (String value : new String[] {"http", "0", "65536", "-1"}) {
            assertThatThrownBy(() -> Ports.from(Map.of("JANGBU_CONNECT_PORT", value)))
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining("JANGBU_CONNECT_PORT")
                    .hasMessageContaining(value);
        }
    }

    @Test
    void twoPartsCannotHaveTheSamePort() {
        assertThatThrownBy(() -> Ports.from(Map.of("JANGBU_REGISTRY_PORT", "8080")))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("JANGBU_REGISTRY_PORT")
                .hasMessageContaining("JANGBU_PAYMENT_API_PORT");
    }

    @Test
    void aPortInUseIsReportedWithItsVariable() throws IOException {
        try (ServerSocket inUse = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = inUse.getLocalPort();
            Ports ports = Ports.from(Map.of("JANGBU_PSP_SIMULATOR_PORT", Integer.toString(port)));

            assertThatThrownBy(() -> ports.requireFree(Set.of(PartName.PSP_SIMULATOR)))
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining(Integer.toString(port))
                    .hasMessageContaining("psp-simulator")
                    .hasMessageContaining("JANGBU_PSP_SIMULATOR_PORT");
        }
    }

    @Test
    void furtherFreePortsBelongToNoPart() {
        List<Integer> free = new Ports(Map.of()).findFree(PartName.values().length);
        Map<PartName, Integer> parts = new EnumMap<>(PartName.class);
        for (PartName part : PartName.values()) {
            parts.put(part, free.get(parts.size()));
        }
        Ports ports = new Ports(parts);

        for (int round = 0; round < 50; round++) {
            assertThat(ports.findFree(200)).doesNotHaveDuplicates().doesNotContainAnyElementsOf(free);
        }
    }

    @Test
    void aPartIsFoundByTheNameOfItsPidFile() {
        assertThat(PartName.of("ledger-service")).isEqualTo(PartName.LEDGER_SERVICE);
        assertThatThrownBy(() -> PartName.of("ledger"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("ledger-service");
    }

    @Test
    void everyPartIsStoppedOnce() {
        assertThat(PartName.STOP_ORDER.stream().flatMap(List::stream)).containsExactlyInAnyOrder(PartName.values());
    }
}
