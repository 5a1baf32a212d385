package io.kubetune.cli;

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

/// The rooms of the plugin, in the order that data flows through them: a room knows only those
/// before it.
class ArchitectureTest {
  private static final String ROOT = "io.kubetune.cli";

  private static final List<String> ROOMS =
      List.of(
          "terminal",
          "registry",
          "model",
          "source",
          "data",
          "request",
          "cluster",
          "inspect",
          "plan",
          "render",
          "publish",
          "submit",
          "watch",
          "fetch",
          "command");

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
  void thePluginKnowsNothingOfTheTrainer() {
    noClasses()
        .should()
        .dependOnClassesThat(resideInAnyPackage("io.kubetune.trainer.."))
        .check(CLASSES);
  }

  /// The native binary has no other JSON ([JacksonOfTrees]): it would fail there alone.
  @Test
  void jsonIsReadAndWrittenAsTreesAlone() {
    noClasses()
        .should()
        .callMethodWhere(
            describe(
                "binds JSON to objects",
                call ->
                    call.getTargetOwner().isAssignableTo("tools.jackson.databind.ObjectMapper")
                        && List.of("readValue", "convertValue", "treeToValue", "valueToTree")
                            .contains(call.getName())))
        .check(CLASSES);
  }

  @Test
  void onlyTheTerminalAndMainTouchTheScreenAndTheExit() {
    DescribedPredicate<JavaClass> others =
        describe(
            "neither the terminal nor Main",
            each ->
                !each.getPackageName().equals(ROOT + ".terminal")
                    && !each.getName().equals(ROOT + ".Main"));
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
