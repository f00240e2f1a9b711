package dev.jangbu.contract;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import dev.jangbu.testsupport.HouseRules;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The dependencies of the contract: every module uses it, so it brings neither a framework nor a database. */
@Tag("gate")
class ArchitectureTest {

    private static final JavaClasses OWN = HouseRules.ownClasses();

    @Test
    void theContractDependsOnNeitherSpringNorADatabase() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework..", "org.postgresql..", "io.r2dbc..", "java.sql..", "javax.sql..")
                .check(OWN);
    }

    @Test
    void theContractDependsOnNoService() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.jangbu.api..",
                        "dev.jangbu.settlement..",
                        "dev.jangbu.ledger..",
                        "dev.jangbu.local..",
                        "dev.jangbu.proving..")
                .check(OWN);
    }

    @Test
    void onlyOneClassNamesTheSerializers() {
        HouseRules.onlySerdeLibraryNamesTheSerializers();
    }

    @Test
    void packagesAreFreeOfCycles() {
        HouseRules.packagesAreFreeOfCycles("dev.jangbu.contract").check(OWN);
    }

    @Test
    void everyPackageIsNullMarked() {
        HouseRules.everyPackageIsNullMarked(OWN);
    }
}
