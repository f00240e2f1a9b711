package dev.jangbu.proving;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import dev.jangbu.architecture.HouseRules;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A judge that knew the inside would share its mistakes: public contracts alone. */
@Tag("gate")
class ArchitectureTest {

    private static final JavaClasses OWN = HouseRules.ownClasses();

    @Test
    void theJudgeKnowsTheContractsAlone() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("dev.jangbu..")
                        .and(not(resideInAnyPackage("dev.jangbu.contract..", "dev.jangbu.proving.."))))
                .check(OWN);
    }

    @Test
    void theJudgeNeedsNoFramework() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework..", "org.apache.kafka.streams..")
                .check(OWN);
    }

    @Test
    void featuresAreFreeOfCycles() {
        HouseRules.featuresAreFreeOfCycles("dev.jangbu.proving").check(OWN);
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
