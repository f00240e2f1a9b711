package dev.jangbu.peers;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import dev.jangbu.architecture.HouseRules;
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

    /** Every package is a slice of its own, so that a cycle of a package and its child is found too. */
    @Test
    void packagesAreFreeOfCycles() {
        slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
                        return SliceIdentifier.of(javaClass.getPackageName());
                    }

                    @Override
                    public String getDescription() {
                        return "single packages";
                    }
                })
                .should()
                .beFreeOfCycles()
                .check(OWN);
    }

    @Test
    void everyPackageIsNullMarked() {
        HouseRules.everyPackageIsNullMarked(OWN);
    }
}
