package dev.jangbu.testsupport;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("gate")
class ArchitectureTest {

    private static final JavaClasses OWN = HouseRules.ownClasses();

    @Test
    void testSupportDependsOnNoOtherModule() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.jangbu.testsupport..",
                        "java..",
                        "org.jspecify..",
                        "org.junit.jupiter..",
                        "org.assertj..",
                        "org.awaitility..",
                        "com.tngtech.archunit..",
                        "org.apache.kafka..",
                        "kafka.server..",
                        "org.springframework..",
                        "io.zonky.test..")
                .check(OWN);
    }

    @Test
    void packagesAreFreeOfCycles() {
        HouseRules.packagesAreFreeOfCycles("dev.jangbu.testsupport").check(OWN);
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
