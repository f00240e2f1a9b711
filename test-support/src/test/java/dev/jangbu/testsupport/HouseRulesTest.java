package dev.jangbu.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.jangbu.testsupport.cycle.Parent;
import org.junit.jupiter.api.Test;

class HouseRulesTest {

    private static final String ROOT = "dev.jangbu.testsupport.cycle";

    private final JavaClasses classes = new ClassFileImporter().importPackagesOf(Parent.class);

    @Test
    void aCycleBetweenAPackageAndItsChildIsFound() {
        assertThat(HouseRules.packagesAreFreeOfCycles(ROOT)
                        .evaluate(classes)
                        .getFailureReport()
                        .getDetails())
                .singleElement()
                .asString()
                .contains(ROOT + ".child", "Cycle detected");
    }

    @Test
    void theRuleBetweenFeaturesDoesNotSeeThatCycle() {
        assertThatCode(() -> HouseRules.featuresAreFreeOfCycles(ROOT).check(classes))
                .doesNotThrowAnyException();
    }

    @Test
    void classesOutsideTheRootAreIgnored() {
        assertThatCode(() -> HouseRules.packagesAreFreeOfCycles(ROOT + ".child").check(classes))
                .doesNotThrowAnyException();
    }
}
