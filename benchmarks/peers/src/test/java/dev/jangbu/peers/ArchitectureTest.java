package dev.jangbu.peers;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import dev.jangbu.architecture.HouseRules;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Of what it is compared with, the peers' module knows the topology alone, to run it with other settings. */
@Tag("gate")
class ArchitectureTest {

    private static final JavaClasses OWN = HouseRules.ownClasses();

    @Test
    void onlyTheEngineKnowsOurTopology() {
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
    void everyPackageIsNullMarked() {
        HouseRules.everyPackageIsNullMarked(OWN);
    }
}
