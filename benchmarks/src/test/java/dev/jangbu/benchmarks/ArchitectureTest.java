package dev.jangbu.benchmarks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import dev.jangbu.testsupport.HouseRules;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The benchmarks depend on the contracts and the stack's addresses only. */
@Tag("gate")
class ArchitectureTest {

    private static final JavaClasses OWN = HouseRules.ownClasses();

    @Test
    void dependsOnNoService() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework..",
                        "dev.jangbu.api..",
                        "dev.jangbu.settlement..",
                        "dev.jangbu.ledger..",
                        "dev.jangbu.local..",
                        "dev.jangbu.simulator..")
                .check(OWN);
    }

    @Test
    void noClassNamesTheSerializers() {
        HouseRules.onlySerdeLibraryNamesTheSerializers();
    }

    @Test
    void packagesAreFreeOfCycles() {
        HouseRules.packagesAreFreeOfCycles("dev.jangbu.benchmarks").check(OWN);
    }

    @Test
    void everyPackageIsNullMarked() {
        HouseRules.everyPackageIsNullMarked(OWN);
    }
}
