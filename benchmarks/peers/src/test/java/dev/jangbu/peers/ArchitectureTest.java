package dev.jangbu.peers;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import dev.jangbu.testsupport.HouseRules;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The peers depend on no service, except on the topology, which Engine runs with other settings. */
@Tag("gate")
class ArchitectureTest {

    private static final JavaClasses OWN = HouseRules.ownClasses();

    @Test
    void onlyTheEngineDependsOnTheTopology() {
        noClasses()
                .that()
                .haveNameNotMatching("dev\\.jangbu\\.peers\\.Engine.*")
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.jangbu.settlement..", "dev.jangbu.ledger.."))
                .check(OWN);
    }

    @Test
    void noClassNamesTheSerializers() {
        HouseRules.onlySerdeLibraryNamesTheSerializers();
    }

    @Test
    void packagesAreFreeOfCycles() {
        HouseRules.packagesAreFreeOfCycles("dev.jangbu.peers").check(OWN);
    }

    @Test
    void everyPackageIsNullMarked() {
        HouseRules.everyPackageIsNullMarked(OWN);
    }
}
