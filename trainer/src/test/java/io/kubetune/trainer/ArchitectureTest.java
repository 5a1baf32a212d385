package io.kubetune.trainer;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The rooms of the trainer, in the order that data flows through them: a room knows only those
/// before it.
class ArchitectureTest {
  private static final String ROOT = "io.kubetune.trainer";

  private static final List<String> ROOMS =
      List.of(
          "config", "tensor", "kernel", "files", "data", "load", "lora", "model", "train", "write",
          "bench", "command", "golden");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  private static String[] inRooms(List<String> rooms) {
    return rooms.stream().map(room -> ROOT + "." + room + "..").toArray(String[]::new);
  }

  @Test
  void aRoomKnowsOnlyThoseBeforeIt() {
    for (int i = 0; i + 1 < ROOMS.size(); i++) {
      noClasses()
          .that()
          .resideInAnyPackage(inRooms(List.of(ROOMS.get(i))))
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(inRooms(ROOMS.subList(i + 1, ROOMS.size())))
                  .or(resideInAnyPackage(ROOT)))
          .allowEmptyShould(true)
          .check(CLASSES);
    }
  }

  @Test
  void everyRoomHasItsPlaceInTheOrder() {
    List<String> unplaced =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.equals(ROOT))
            .map(name -> name.substring(ROOT.length() + 1).split("\\.")[0])
            .distinct()
            .filter(room -> !ROOMS.contains(room))
            .toList();
    assertThat(unplaced).as("rooms that ROOMS does not name").isEmpty();
  }

  @Test
  void noPackagesDependOnEachOtherInACircle() {
    slices()
        .matching(ROOT + ".(**)")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void theTrainerKnowsNothingOfThePlugin() {
    noClasses()
        .should()
        .dependOnClassesThat(resideInAnyPackage("io.kubetune.cli.."))
        .check(CLASSES);
  }

  @Test
  void onlyProgramsTouchTheScreenAndTheExit() {
    DescribedPredicate<JavaClass> others =
        describe("no program", each -> each.tryGetMethod("main", String[].class).isEmpty());
    noClasses()
        .that(others)
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .check(CLASSES);
  }
}
