package io.kubetune.cli.render;

import io.kubetune.cli.inspect.MachineFacts;
import io.kubetune.cli.plan.PodPaths;
import io.kubetune.cli.plan.TunePlan;
import io.kubetune.cli.request.Field;
import io.kubetune.cli.request.Flags;
import io.kubetune.cli.request.RequestReader;
import io.kubetune.cli.request.RunConfig;
import io.kubetune.cli.request.RuntimeKind;
import io.kubetune.cli.request.TuneRequest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Plans made of flags as a user types them.
final class Requests {
  private Requests() {}

  static TunePlan plan(String stdin, String... flags) {
    Map<Field, List<String>> values = new EnumMap<>(Field.class);
    for (int i = 0; i < flags.length; i += 2) {
      values
          .computeIfAbsent(Field.ofFlag(flags[i]).orElseThrow(), _ -> new ArrayList<>())
          .add(flags[i + 1]);
    }
    TuneRequest request =
        new RequestReader(
                Path.of("/nowhere"),
                new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
                "abcde")
            .read(Flags.of(values));
    Map<String, String> placed = request.runtime() == RuntimeKind.JOB ? PodPaths.PLACED : Map.of();
    return TunePlan.of(
        request,
        RunConfig.of(request, placed),
        Optional.empty(),
        new MachineFacts(8L << 30, 2, false),
        "0.1.0");
  }
}
