package io.kubetune.cli.command;

import io.kubetune.cli.request.Field;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// The options of `create` that make the request: one for each [Field], in groups for the help.
///
/// ```
/// RequestOptions.addTo(spec);
/// Flags flags = Flags.of(RequestOptions.typed(spec));
/// ```
final class RequestOptions {
  /// What the bare `--generate-name` puts before its five characters.
  private static final String DEFAULT_PREFIX = "run-";

  /// Columns named the way `kubectl tune data` names them, and its remedies do.
  private static final String MAP = "--map";

  private RequestOptions() {}

  /// Headings of the help, in its order.
  private enum Group {
    RUN("%nThe run:%n"),
    TRAINING("%nTraining:%n"),
    CLUSTER("%nIn a cluster (runtimes job and kaito):%n");

    private final String heading;

    Group(String heading) {
      this.heading = heading;
    }

    static Group of(Field field) {
      if (!field.configKey().isEmpty() || field == Field.CONFIG || field == Field.SET) {
        return TRAINING;
      }
      return field.compareTo(Field.WORKERS) > 0 || field == Field.NAMESPACE ? CLUSTER : RUN;
    }
  }

  static void addTo(CommandSpec spec) {
    for (Group group : Group.values()) {
      ArgGroupSpec.Builder options =
          ArgGroupSpec.builder()
              .heading(group.heading)
              .order(group.ordinal())
              .validate(false)
              .multiplicity("0..1");
      for (Field field : Field.values()) {
        if (Group.of(field) == group) {
          options.addArg(option(field));
        }
      }
      if (group == Group.RUN) {
        options.addArg(map());
      }
      spec.addArgGroup(options.build());
    }
  }

  private static OptionSpec map() {
    return OptionSpec.builder(MAP)
        .paramLabel("THEIRS=OURS,…")
        .description("--column the other way round, for example question=prompt,answer=completion")
        .arity("1")
        .type(List.class)
        .auxiliaryTypes(String.class)
        .splitRegex(",")
        .hideParamSyntax(true)
        .build();
  }

  private static OptionSpec option(Field field) {
    OptionSpec.Builder option =
        OptionSpec.builder(names(field))
            .paramLabel(field.valueName())
            .description(field.help().replace("%", "%%"))
            .arity("1");
    switch (field.shape()) {
      case ONE -> option.type(String.class);
      // Values that start with a dash are values all the same: --set has negative numbers.
      case LIST, MAP -> option.type(List.class).auxiliaryTypes(String.class);
    }
    if (field == Field.SANITIZE) {
      // Takes a following word for its value only where that is true or false.
      option.type(Boolean.class).arity("0..1").fallbackValue("true");
    }
    if (field == Field.GENERATE_NAME) {
      option.arity("0..1").fallbackValue(DEFAULT_PREFIX);
    }
    return option.build();
  }

  private static String[] names(Field field) {
    return switch (field) {
      case FILE -> new String[] {"-f", field.flag()};
      case NAMESPACE -> new String[] {"-n", field.flag()};
      default -> new String[] {field.flag()};
    };
  }

  /// What was typed.
  static Map<Field, List<String>> typed(CommandSpec spec) {
    Map<Field, List<String>> values = new EnumMap<>(Field.class);
    for (Field field : Field.values()) {
      Object value = spec.findOption(field.flag()).getValue();
      switch (value) {
        case null -> {
          // Not typed.
        }
        case List<?> list -> {
          List<String> texts = new ArrayList<>();
          list.forEach(each -> texts.add(each.toString()));
          values.put(field, texts);
        }
        default -> values.put(field, List.of(value.toString()));
      }
    }
    addMapped(spec, values);
    return values;
  }

  private static void addMapped(CommandSpec spec, Map<Field, List<String>> values) {
    if (!(spec.findOption(MAP).getValue() instanceof List<?> pairs)) {
      return;
    }
    List<String> columns = new ArrayList<>(values.getOrDefault(Field.COLUMN, List.of()));
    for (Object pair : pairs) {
      String text = pair.toString();
      int equals = text.indexOf('=');
      // Without = the reader of requests says what is wrong with it.
      columns.add(equals < 0 ? text : text.substring(equals + 1) + "=" + text.substring(0, equals));
    }
    values.put(Field.COLUMN, columns);
  }
}
