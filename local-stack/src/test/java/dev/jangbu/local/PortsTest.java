package dev.jangbu.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    void each_part_has_its_default_port_unless_its_variable_names_another() {
        Ports ports = Ports.from(Map.of("JANGBU_PAYMENT_API_PORT", " 18080 ", "JANGBU_KAFKA_PORT", ""));

        assertThat(ports.url(PartName.PAYMENT_API)).isEqualTo("http://127.0.0.1:18080");
        assertThat(ports.address(PartName.KAFKA)).isEqualTo("127.0.0.1:9092");
        assertThat(ports.of(PartName.POSTGRES)).isEqualTo(15432);
        assertThat(ports.byPart()).hasSize(PartName.values().length);
    }

    @Test
    void a_value_that_is_no_port_is_refused_with_its_variable() {
        for (String value : new String[] {"http", "0", "65536", "-1"}) {
            assertThatThrownBy(() -> Ports.from(Map.of("JANGBU_CONNECT_PORT", value)))
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining("JANGBU_CONNECT_PORT")
                    .hasMessageContaining(value);
        }
    }

    @Test
    void two_parts_can_not_have_one_port() {
        assertThatThrownBy(() -> Ports.from(Map.of("JANGBU_REGISTRY_PORT", "8080")))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("JANGBU_REGISTRY_PORT")
                .hasMessageContaining("JANGBU_PAYMENT_API_PORT");
    }

    @Test
    void a_taken_port_is_named_with_the_variable_that_moves_it() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = taken.getLocalPort();
            Ports ports = Ports.from(Map.of("JANGBU_PSP_SIMULATOR_PORT", Integer.toString(port)));

            assertThatThrownBy(() -> ports.requireFree(Set.of(PartName.PSP_SIMULATOR)))
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining(Integer.toString(port))
                    .hasMessageContaining("psp-simulator")
                    .hasMessageContaining("JANGBU_PSP_SIMULATOR_PORT");
        }
    }

    @Test
    void more_ports_are_never_those_of_the_parts() {
        List<Integer> free = new Ports(Map.of()).moreFree(PartName.values().length);
        Map<PartName, Integer> parts = new EnumMap<>(PartName.class);
        for (PartName part : PartName.values()) {
            parts.put(part, free.get(parts.size()));
        }
        Ports ports = new Ports(parts);

        for (int round = 0; round < 50; round++) {
            assertThat(ports.moreFree(200)).doesNotHaveDuplicates().doesNotContainAnyElementsOf(free);
        }
    }

    @Test
    void a_part_is_known_by_the_name_that_its_pid_file_has() {
        assertThat(PartName.of("ledger-service")).isEqualTo(PartName.LEDGER_SERVICE);
        assertThatThrownBy(() -> PartName.of("ledger"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("ledger-service");
    }

    @Test
    void every_part_is_stopped_once() {
        assertThat(PartName.STOP_ORDER.stream().flatMap(List::stream)).containsExactlyInAnyOrder(PartName.values());
    }
}
