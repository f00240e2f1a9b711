package dev.jangbu.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** What holds in more than one module; what only one module knows of itself stands in its own {@code ArchitectureTest}. */
public final class HouseRules {

    private static final Path CLASSES = Path.of("target", "classes");
    private static final Path SOURCES = Path.of("src", "main", "java");

    private static final Set<String> FLOATING_POINT =
            Set.of("float", "double", "java.lang.Float", "java.lang.Double", "float[]", "double[]");

    /** Written in two halves: this file's own text must not name them. */
    private static final List<String> SERIALIZERS = List.of("io." + "apicurio", "io." + "confluent");

    private HouseRules() {}

    /** The classes that the module ships: its own, without tests and without what it depends on. */
    public static JavaClasses ownClasses() {
        return new ClassFileImporter().importPath(CLASSES);
    }

    /** A package without the mark is one that the null checker silently leaves alone. */
    public static void everyPackageIsNullMarked(JavaClasses own) {
        assertThat(own.stream().map(JavaClass::getPackage).distinct())
                .isNotEmpty()
                .allSatisfy(each -> assertThat(isNullMarked(each))
                        .as("%s has a package-info.java with @NullMarked", each.getName())
                        .isTrue());
    }

    private static boolean isNullMarked(JavaPackage each) {
        return each.isAnnotatedWith(NullMarked.class);
    }

    /** Features may use one another, but not in a circle: each can be read, and removed, with what it stands on. */
    public static ArchRule featuresAreFreeOfCycles(String root) {
        return slices().matching(root + ".(*)..").should().beFreeOfCycles();
    }

    /** Whose serializers write the wire format is known in one place, {@code SerdeLibrary}, also as a text. */
    public static void onlySerdeLibraryNamesTheSerializers() {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            assertThat(files.filter(file -> file.toString().endsWith(".java"))
                            .filter(file -> !file.endsWith("SerdeLibrary.java")))
                    .isNotEmpty()
                    .allSatisfy(file ->
                            assertThat(file).content().doesNotContain(SERIALIZERS.toArray(CharSequence[]::new)));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The time is passed in; only a {@code @Bean} method may make the clock. So a test, and a replay, can set it. */
    public static ArchRule timeIsPassedIn() {
        return classes().should(new ArchCondition<>("ask no clock of the machine, but for the beans that provide one") {
            @Override
            public void check(JavaClass checked, ConditionEvents events) {
                checked.getCodeUnitAccessesFromSelf().stream()
                        .filter(access -> asksTheMachine(access.getTarget()))
                        .filter(access -> !isBean(access.getOwner()))
                        .forEach(access -> events.add(SimpleConditionEvent.violated(access, access.getDescription())));
            }
        });
    }

    private static boolean asksTheMachine(CodeUnitAccessTarget target) {
        String owner = target.getOwner().getName();
        String method = target.getName();
        return (owner.startsWith("java.time.") && method.equals("now"))
                || (owner.equals("java.time.Clock") && (method.startsWith("system") || method.startsWith("tick")))
                || (owner.equals("java.lang.System") && method.equals("currentTimeMillis"));
    }

    private static boolean isBean(JavaCodeUnit caller) {
        return caller.isAnnotatedWith("org.springframework.context.annotation.Bean");
    }

    /** Money is whole minor units: what is a fraction here has been rounded by somebody, somewhere. */
    public static ArchRule moneyIsNeverFloatingPoint(DescribedPredicate<JavaClass> moneysClasses) {
        return classes().that(moneysClasses).should(new ArchCondition<>("use no floating point") {
            @Override
            public void check(JavaClass checked, ConditionEvents events) {
                checked.getFields().stream()
                        .filter(field -> isFloating(field.getRawType()))
                        .forEach(field -> events.add(
                                SimpleConditionEvent.violated(field, field.getDescription() + " is floating point")));
                checked.getCodeUnits().stream()
                        .filter(unit -> !unit.getModifiers().contains(JavaModifier.SYNTHETIC))
                        .filter(unit -> isFloating(unit.getRawReturnType())
                                || unit.getRawParameterTypes().stream().anyMatch(HouseRules::isFloating))
                        .forEach(unit -> events.add(SimpleConditionEvent.violated(
                                unit, unit.getDescription() + " takes or gives floating point")));
                checked.getCodeUnitAccessesFromSelf().stream()
                        .filter(access -> isFloating(access.getTarget().getOwner())
                                || (access.getTarget().getOwner().isAssignableTo(Number.class)
                                        && isFloating(access.getTarget().getRawReturnType())))
                        .forEach(access -> events.add(SimpleConditionEvent.violated(access, access.getDescription())));
            }
        });
    }

    private static boolean isFloating(JavaClass type) {
        return FLOATING_POINT.contains(type.getName());
    }
}
