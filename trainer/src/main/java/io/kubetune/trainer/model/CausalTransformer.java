package io.kubetune.trainer.model;

import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import io.kubetune.trainer.lora.Parameters;
import io.kubetune.trainer.tensor.Frame.Mode;
import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Profile;
import io.kubetune.trainer.tensor.Profile.Part;
import io.kubetune.trainer.tensor.Scope;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Trains, evaluates and runs a [DecoderStack]: what documents share first, then each core its own
/// documents behind it.
final class CausalTransformer implements CausalLm {
  /// An odd constant, so that each part of a batch draws other random numbers.
  private static final long PART_STREAM = 0xD1342543DE82EF95L;

  /// Tokens that keep one core busy: its products are as fast as they get.
  private static final int PART_TOKENS = 256;

  /// Spared tokens that are worth a pass of their own: one over few tokens is no faster than over
  /// these.
  private static final int WORTH_A_PASS = 128;

  private static final Pattern LAYER = Pattern.compile("\\.(\\d+)\\.");

  private final DecoderStack decoder;
  private final Parameters parameters;
  private final ScalarType type;
  private final Plan plan;
  private final int firstTrained;
  private final Lanes lanes;
  private volatile boolean adapters = true;

  /// @param threads cores to compute on
  /// @param recompute keep each block's input alone, and compute the block again on the way back
  /// @param isRandom whether training draws random numbers (dropout, noise), each document its own
  record Plan(int threads, boolean recompute, boolean isRandom) {}

  CausalTransformer(DecoderStack decoder, Parameters parameters, ScalarType type, Plan plan) {
    this.decoder = decoder;
    this.parameters = parameters;
    this.type = type;
    this.plan = plan;
    this.firstTrained = firstTrained();
    this.lanes = new Lanes(plan.threads(), Placement.isGpu() ? Integer.MAX_VALUE : PART_TOKENS);
  }

  private int firstTrained() {
    if (decoder.embedding().isTrained()) {
      return 0;
    }
    int first = decoder.blocks().size();
    for (Parameters.Parameter each : parameters.list()) {
      Matcher layer = LAYER.matcher(each.name());
      if (layer.find()) {
        first = Math.min(first, Integer.parseInt(layer.group(1)));
      }
    }
    return first;
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public double accumulate(PackedBatch batch, double scale, long randomStream) {
    return accumulate(List.of(batch), scale, number -> randomStream);
  }

  @Override
  public double accumulate(
      List<PackedBatch> microSteps, double scale, IntToLongFunction randomStreams) {
    Prefixes prefixes = plan.isRandom() ? Prefixes.NONE : prefixes(microSteps);
    Profile.spared(prefixes.spared());
    try (Scope scope = new Scope();
        PrefixPass shared = new PrefixPass(decoder, prefixes, type, plan.threads(), how(0))) {
      double sum = together(() -> shared.forward(scale).crossEntropy());
      for (int i = 0; i < microSteps.size(); i++) {
        long stream = randomStreams.applyAsLong(i);
        PackedBatch rest = prefixes.behind(microSteps.get(i));
        parameters.lanes(lanes.count(rest));
        List<Double> sums =
            lanes.compute(
                rest,
                part ->
                    Profile.time(
                        Part.REST,
                        () ->
                            accumulateHere(
                                shared,
                                part.batch(),
                                scale,
                                stream + part.number() * PART_STREAM)));
        if (sums.size() > 1) {
          parameters.addUpLanes();
        }
        sum += sums.stream().mapToDouble(Double::doubleValue).sum();
      }
      together(shared::backward);
      return sum;
    }
  }

  private StackPass.How how(long randomStream) {
    return new StackPass.How(Mode.training(randomStream), plan.recompute(), firstTrained);
  }

  private <T> T together(Supplier<T> pass) {
    return lanes.together(() -> Profile.time(Part.REST, pass));
  }

  private double accumulateHere(
      PrefixPass shared, PackedBatch rest, double scale, long randomStream) {
    Selection chosen = Selection.of(rest.targets());
    if (chosen.isEmpty()) {
      return 0;
    }
    try (Scope scope = new Scope();
        Sequence sequence = shared.sequence(rest);
        StackPass pass = new StackPass(decoder, sequence, how(randomStream))) {
      Tensor hidden = pass.forward(rest.tokens(), chosen.positions());
      Tensor targets = Placement.longs(chosen.targets());
      Head.Loss loss = Profile.time(Part.HEAD, () -> decoder.head().loss(hidden, targets, scale));
      pass.backward(loss.dHidden());
      return loss.crossEntropy().item_double(); // waits for the GPU, so it is read last
    }
  }

  /// What documents share and is worth to be computed once: beside that of the step, so much is
  /// kept of it as of one core's part, or of the longest document.
  private Prefixes prefixes(List<PackedBatch> batches) {
    List<Document> documents = batches.stream().flatMap(b -> b.documents().stream()).toList();
    int longest = documents.stream().mapToInt(Document::length).max().orElse(0);
    int turnsAlike =
        decoder.blocks().stream()
            .mapToInt(
                block -> block.attention().rope().originalLength()) // longer ones turn otherwise
            .min()
            .orElse(0);
    Prefixes found = Prefixes.of(documents, Math.max(PART_TOKENS, longest), turnsAlike);
    return found.spared() < WORTH_A_PASS ? Prefixes.NONE : found;
  }

  /// In fp32 whatever the compute type: an evaluation says the same on every machine, and the same
  /// as PEFT.
  @Override
  public LossSum evaluate(PackedBatch batch) {
    Prefixes prefixes = prefixes(List.of(batch));
    try (Scope scope = new Scope();
        PrefixPass shared =
            new PrefixPass(
                decoder,
                prefixes,
                ScalarType.Float,
                plan.threads(),
                StackPass.How.forwards(adapters))) {
      LossSum sum = lanes.together(() -> shared.forward(Double.NaN));
      return lanes
          .compute(prefixes.behind(batch), part -> evaluateHere(shared, part.batch()))
          .stream()
          .reduce(sum, LossSum::plus);
    }
  }

  private LossSum evaluateHere(PrefixPass shared, PackedBatch rest) {
    Selection chosen = Selection.of(rest.targets());
    if (chosen.isEmpty()) {
      return LossSum.NONE;
    }
    try (Scope scope = new Scope();
        Sequence sequence = shared.sequence(rest)) {
      Tensor hidden = hidden(rest.tokens(), sequence, chosen.positions());
      return decoder.head().loss(hidden, Placement.longs(chosen.targets()), Double.NaN).sum();
    }
  }

  /// Logits [T,V] fp32 of every position; for checks against reference values, not for training.
  @Override
  public Tensor logits(PackedBatch batch) {
    try (Scope scope = new Scope();
        Sequence sequence = Sequence.packed(batch.lengths(), ScalarType.Float)) {
      Tensor hidden = hidden(batch.tokens(), sequence, Positions.ALL);
      return scope.escape(decoder.head().logits(hidden));
    }
  }

  /// [n,hidden] behind the last norm, with no way back.
  private Tensor hidden(int[] tokens, Sequence sequence, Positions positions) {
    try (StackPass pass = new StackPass(decoder, sequence, StackPass.How.forwards(adapters))) {
      return pass.forward(tokens, positions);
    }
  }

  @Override
  public void adapterEnabled(boolean enabled) {
    adapters = enabled;
  }

  @Override
  public CausalLm.Decoder decoder() {
    KeyValueCache cache = new KeyValueCache(decoder.blocks().size());
    return new CausalLm.Decoder() {
      @Override
      public float[] append(int[] tokens) {
        try (Scope scope = new Scope();
            Sequence sequence = Sequence.continued(tokens.length, cache, type)) {
          Positions last = Positions.of(new int[] {tokens.length - 1}, tokens.length);
          Tensor hidden = hidden(tokens, sequence, last);
          cache.advance(tokens.length);
          return HostArrays.values(decoder.head().logits(hidden));
        }
      }

      @Override
      public void close() {
        cache.close();
      }
    };
  }

  @Override
  public void close() {
    lanes.close();
    decoder.close();
    parameters.close();
  }
}
