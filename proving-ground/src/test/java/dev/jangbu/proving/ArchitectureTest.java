package dev.jangbu.proving;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import dev.jangbu.testsupport.HouseRules;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The module depends on no service, so it does not share the services' mistakes. */
@Tag("gate")
class ArchitectureTest {

    private static final JavaClasses OWN = HouseRules.ownClasses();

    @Test
    void onlyTheContractsAndTheInstallationAreKnown() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("dev.jangbu..")
                        .and(not(resideInAnyPackage(
                                "dev.jangbu.contract..",
                                "dev.jangbu.operator.installation..",
                                "dev.jangbu.operator.console..",
                                "dev.jangbu.local.stack..",
                                "dev.jangbu.proving.."))))
                .check(OWN);
    }

    @Test
    void noFrameworkIsUsed() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework..", "org.apache.kafka.streams..")
                .check(OWN);
    }

    @Test
    void packagesAreFreeOfCycles() {
        HouseRules.packagesAreFreeOfCycles("dev.jangbu.proving").check(OWN);
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
