package io.kubetune.cli.request;

import io.kubetune.cli.data.RowReading;
import io.kubetune.cli.registry.Storage;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.Problem;
import io.kubetune.contract.TrainingConfig.KubetuneConfig.Method;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;

/// Makes a [TuneRequest] of flags and, with `-f`, of a file; flags win; every problem is reported
/// at once.
///
/// ```
/// TuneRequest request = RequestReader.here(System.in).read(flags);
/// ```
///
/// @param workingFolder that relative paths start from
/// @param stdin what `-f -` reads
/// @param nameSuffix five characters for `--generate-name`
/// @param served whether the cluster serves KAITO's Workspaces, which `--runtime auto` asks
/// @param defaults what counts where neither flags nor file say anything: [UserConfig]
/// @param besides what is wrong with options that the command has besides, told with all else
public record RequestReader(
    Path workingFolder,
    InputStream stdin,
    String nameSuffix,
    BooleanSupplier served,
    List<Given> defaults,
    Function<RequestSoFar, List<Problem>> besides) {

  private static final String AUTO = "auto";
  private static final int MOST_WORKERS = 1024;
  private static final String OUR_DOMAIN = "tune.kubetune.io/";
  private static final Set<String> OUR_KEYS =
      Set.of(
          "app.kubernetes.io/managed-by",
          "kubectl.kubernetes.io/default-container",
          "kueue.x-k8s.io/queue-name");

  /// Without a cluster to ask.
  public RequestReader(Path workingFolder, InputStream stdin, String nameSuffix) {
    this(workingFolder, stdin, nameSuffix, () -> false, List.of(), _ -> List.of());
  }

  /// Reads relative to the process's folder, with a random suffix.
  public static RequestReader here(InputStream stdin) {
    return new RequestReader(Path.of("").toAbsolutePath(), stdin, GeneratedName.randomSuffix());
  }

  /// @param kaitoIsServed asked where the runtime is `auto` and the request is a Workspace
  public RequestReader choosing(BooleanSupplier kaitoIsServed) {
    return new RequestReader(workingFolder, stdin, nameSuffix, kaitoIsServed, defaults, besides);
  }

  public RequestReader withDefaults(List<Given> defaults) {
    return new RequestReader(workingFolder, stdin, nameSuffix, served, defaults, besides);
  }

  public RequestReader checking(Function<RequestSoFar, List<Problem>> besides) {
    return new RequestReader(workingFolder, stdin, nameSuffix, served, defaults, besides);
  }

  /// @throws TuneException BAD_REQUEST with every problem
  public TuneRequest read(Flags flags) {
    List<Problem> problems = new ArrayList<>();
    List<Given> typed = flags.givens(problems);
    FileContents file =
        typed.stream()
            .filter(each -> each.field() == Field.FILE)
            .findFirst()
            .map(each -> readFile(each.value(), problems))
            .orElse(FileContents.NONE);
    List<Given> asked = FieldValues.merged(file.givens(), typed);
    LocationReader locations = new LocationReader(workingFolder);
    FieldValues all = FieldValues.of(defaults, asked, problems);
    Optional<RuntimeKind> chosen =
        all.parsed(
            Field.RUNTIME,
            text -> text.equals(AUTO) ? automatic(file) : runtime(text),
            "choose local, job, kaito or auto");
    RuntimeKind runtime = chosen.orElse(RuntimeKind.JOB);
    FieldValues values = FieldValues.of(defaultsOf(runtime), asked, problems);
    Optional<Method> method =
        values.parsed(Field.METHOD, RequestReader::method, "choose lora or qlora");
    String name = name(values, problems);
    int workers = values.integer(Field.WORKERS, 1, MOST_WORKERS).orElse(1);
    Optional<Location> model =
        required(values, Field.MODEL, problems)
            .flatMap(given ->
                values.parsed(Field.MODEL, locations::model, "write " + Field.MODEL.help()));
    required(values, Field.DATA, problems);
    List<Location> data =
        values.parsedAll(Field.DATA, locations::data, "write " + Field.DATA.help());
    List<Location> evalData =
        values.parsedAll(Field.EVAL_DATA, locations::data, "write " + Field.DATA.help());
    Optional<Output> output =
        values.parsed(Field.OUTPUT, locations::output, "write " + Field.OUTPUT.help());
    RowReading reading = new ReadingReader(values, workingFolder, problems).read();
    ConfigSource config = new ConfigSourceReader(this, values, problems).read(file, runtime);
    Optional<RunConfig> checked = RunConfig.read(config, method, runtime, Map.of(), problems);
    PodRequest pod = PodReader.read(values, problems);
    String secret = "name a Secret in the run's namespace";

    List<Location> rows = Stream.concat(data.stream(), evalData.stream()).toList();
    // Nobody knows what a runtime that there is not would have no use for.
    if (chosen.isPresent() || all.all(Field.RUNTIME).isEmpty()) {
      problems.addAll(
          new RuntimeRules(values, model, data, evalData, output).problems(runtime, workers));
      problems.addAll(new SourceRules(runtime, values, model, rows, output).problems());
      problems.addAll(
          besides.apply(
              new RequestSoFar(
                  name, runtime, Stream.concat(model.stream(), rows.stream()).toList(), output)));
    }
    checkKeys(values, problems);
    SourceWishes sources = SourceWishes.read(values, locations, runtime);
    Optional<String> dataImage =
        values.parsed(Field.DATA_IMAGE, Syntax::pushedImage, "write HOST/REPO[:TAG]");
    Optional<String> namespace =
        values.parsed(Field.NAMESPACE, Syntax::dnsLabel, "name a namespace");
    Optional<String> modelSecret = values.parsed(Field.MODEL_SECRET, Syntax::objectName, secret);
    List<String> dataSecrets = values.parsedAll(Field.DATA_SECRET, Syntax::objectName, secret);
    Optional<String> outputSecret = values.parsed(Field.OUTPUT_SECRET, Syntax::objectName, secret);
    Optional<String> dataName =
        values.parsed(Field.DATA_NAME, Syntax::objectName, "small letters, digits, - and .");
    if (!problems.isEmpty()) {
      throw new TuneException(ExitCode.BAD_REQUEST, "can't make a run of this request", problems);
    }
    return new TuneRequest(
        name,
        values.one(Field.NAME).isPresent()
            ? Optional.empty()
            : values.one(Field.GENERATE_NAME).map(Given::value),
        namespace,
        values.map(Field.LABEL),
        values.map(Field.ANNOTATION),
        runtime,
        checked.orElseThrow().config().kubetune().method(),
        model.orElseThrow(),
        modelSecret,
        data,
        evalData,
        dataName,
        dataSecrets,
        reading,
        sources,
        dataImage,
        values.parsed(Field.REGISTRY, Syntax::imageReference, "write HOST/PATH"),
        output,
        outputSecret,
        config,
        workers,
        pod);
  }

  /// A default that this runtime has no use for is no mistake.
  private List<Given> defaultsOf(RuntimeKind runtime) {
    Set<Field> useful =
        switch (runtime) {
          case LOCAL -> Set.of();
          case KAITO -> Set.of(Field.NAMESPACE, Field.REGISTRY);
          case JOB -> Set.of(Field.NAMESPACE, Field.REGISTRY, Field.TRAINER_IMAGE, Field.CLI_IMAGE);
        };
    return defaults.stream().filter(each -> useful.contains(each.field())).toList();
  }

  /// A Workspace goes to KAITO where that is; all else, and a Workspace elsewhere, is a Job.
  private RuntimeKind automatic(FileContents file) {
    return file.kaitoDefaults() && served.getAsBoolean() ? RuntimeKind.KAITO : RuntimeKind.JOB;
  }

  private String name(FieldValues values, List<Problem> problems) {
    Optional<Given> prefix = values.one(Field.GENERATE_NAME);
    Optional<Given> name = values.one(Field.NAME);
    if (name.isEmpty() && prefix.isEmpty()) {
      problems.add(
          new Problem(Field.NAME.flag(), "no name", "give one, or " + Field.GENERATE_NAME.usage()));
      return "";
    }
    String text = name.map(Given::value).orElseGet(() -> prefix.get().value() + nameSuffix);
    try {
      return Syntax.dnsLabel(text);
    } catch (IllegalArgumentException e) {
      problems.add(
          new Problem(
              name.or(() -> prefix).get().place(),
              e.getMessage(),
              "use small letters, digits and -, at most " + Syntax.LONGEST_LABEL + " characters"));
      return "";
    }
  }

  private static Optional<Given> required(FieldValues values, Field field, List<Problem> problems) {
    List<Given> given = values.all(field);
    if (given.isEmpty()) {
      problems.add(new Problem(field.flag(), "missing", "give " + field.help()));
    }
    return given.stream().findFirst();
  }

  private void checkKeys(FieldValues values, List<Problem> problems) {
    for (Field field : List.of(Field.LABEL, Field.ANNOTATION)) {
      for (Given each : values.all(field)) {
        if (each.key().startsWith(OUR_DOMAIN) || OUR_KEYS.contains(each.key())) {
          problems.add(new Problem(each.place(), "kubectl tune sets it itself", "take it out"));
        }
        try {
          Syntax.qualifiedName(each.key());
          if (field == Field.LABEL) {
            Syntax.labelValue(each.value());
          }
        } catch (IllegalArgumentException e) {
          problems.add(new Problem(each.place(), e.getMessage(), "letters, digits, -, _ and ."));
        }
      }
    }
  }

  private FileContents readFile(String file, List<Problem> problems) {
    return text(file, problems, Field.FILE.flag())
        .map(text -> RequestFile.read(file.equals("-") ? "stdin" : file, text, problems))
        .orElse(FileContents.NONE);
  }

  Optional<String> text(String file, List<Problem> problems, String place) {
    try {
      byte[] bytes =
          file.equals("-") ? stdin.readAllBytes() : Files.readAllBytes(workingFolder.resolve(file));
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      problems.add(new Problem(file, "not UTF-8", "save it as UTF-8"));
    } catch (IOException e) {
      problems.add(
          new Problem(
              place, "can't read " + file + " (" + Storage.reason(e) + ")", "check the path"));
    }
    return Optional.empty();
  }

  private static RuntimeKind runtime(String text) {
    for (RuntimeKind each : RuntimeKind.values()) {
      if (each.text().equals(text)) {
        return each;
      }
    }
    throw new IllegalArgumentException("'" + text + "' is no runtime");
  }

  private static Method method(String text) {
    return switch (text) {
      case "lora" -> Method.LORA;
      case "qlora" -> Method.QLORA;
      case "full" ->
          throw new IllegalArgumentException("tuning all weights is not possible in this version");
      default -> throw new IllegalArgumentException("'" + text + "' is no method");
    };
  }
}
