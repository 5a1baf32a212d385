package io.kubetune.trainer.model;

import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import io.kubetune.trainer.lora.Parameters;
import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Frame.Mode;
import io.kubetune.trainer.tensor.HostArrays;
import io.kubetune.trainer.tensor.Pass;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Profile;
import io.kubetune.trainer.tensor.Profile.Part;
import io.kubetune.trainer.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Runs a [DecoderStack] forwards and back, a block at a time.
///
/// There is no graph over the whole model: each block keeps what its [Frame] saved until its own
/// backward pass, and nothing is computed below the first block that trains.
final class CausalTransformer implements CausalLm {
  /// An odd constant, so that each part of a batch draws other random numbers.
  private static final long PART_STREAM = 0xD1342543DE82EF95L;

  /// Tokens that keep one core busy: its products are as fast as they get.
  private static final int PART_TOKENS = 512;

  private static final Pattern LAYER = Pattern.compile("\\.(\\d+)\\.");

  private final DecoderStack decoder;
  private final Parameters parameters;
  private final ScalarType type;
  private final boolean recompute;
  private final int firstTrained;
  private final Lanes lanes;
  private volatile boolean adapters = true;

  /// @param threads cores to compute on
  /// @param recompute keep each block's input alone, and compute the block again on the way back
  CausalTransformer(
      DecoderStack decoder,
      Parameters parameters,
      ScalarType type,
      boolean recompute,
      int threads) {
    this.decoder = decoder;
    this.parameters = parameters;
    this.type = type;
    this.recompute = recompute;
    this.firstTrained = firstTrained();
    this.lanes = new Lanes(threads, Placement.isGpu() ? Integer.MAX_VALUE : PART_TOKENS);
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
    parameters.lanes(lanes.count(batch));
    List<Double> sums =
        lanes.compute(
            batch,
            part ->
                Profile.time(
                    Part.REST,
                    () ->
                        accumulateHere(
                            part.batch(), scale, randomStream + part.number() * PART_STREAM)));
    if (sums.size() > 1) {
      parameters.addUpLanes();
    }
    return sums.stream().mapToDouble(Double::doubleValue).sum();
  }

  private double accumulateHere(PackedBatch batch, double scale, long randomStream) {
    Mode mode = Mode.training(randomStream);
    List<Block> blocks = decoder.blocks();
    int last = blocks.size() - 1;
    List<LayerPass> layers = new ArrayList<>();
    Selection chosen = Selection.of(batch);
    if (chosen.isEmpty()) {
      return 0;
    }
    try (Scope scope = new Scope();
        Frame ends = new Frame(mode, -1);
        Sequence sequence = Sequence.packed(batch.lengths(), type)) {
      Pass embedded = decoder.embedding().forward(Placement.longs(batch.tokens()), sequence, ends);
      Positions positions = chosen.of(batch.tokenCount());
      Tensor x = embedded.out(); // [T,hidden], behind the last layer [n,hidden]
      for (int i = 0; i < blocks.size(); i++) {
        LayerPass layer =
            new LayerPass(
                blocks.get(i),
                i,
                sequence,
                i == last ? positions : Positions.ALL,
                i < firstTrained ? Mode.inference(true) : mode,
                recompute);
        layers.add(layer);
        x = replace(x, layer.forward(x));
      }
      Pass normed = decoder.finalNorm().forward(x, ends);
      Tensor targets = Placement.longs(chosen.targets());
      Head.Loss loss =
          Profile.time(Part.HEAD, () -> decoder.head().loss(normed.out(), targets, scale));
      Tensor dx = normed.back().apply(loss.dHidden());
      for (int i = last; i >= firstTrained; i--) {
        dx = replace(dx, layers.get(i).backward(dx));
      }
      if (decoder.embedding().isTrained()) {
        embedded.back().apply(dx);
      }
      return loss.crossEntropy().item_double(); // waits for the GPU, so it is read last
    } finally {
      layers.forEach(LayerPass::close);
    }
  }

  /// The old tensor's memory goes at once: with one handle a layer the whole stream would be kept.
  private static Tensor replace(Tensor old, Tensor fresh) {
    old.close();
    return fresh;
  }

  /// Positions of a pack that have a target, and their targets.
  private record Selection(int[] positions, int[] targets) {
    boolean isEmpty() {
      return positions.length == 0;
    }

    Positions of(int total) {
      return Positions.of(positions, total);
    }

    static Selection of(PackedBatch batch) {
      int[] all = batch.targets();
      int[] positions =
          java.util.stream.IntStream.range(0, all.length)
              .filter(i -> all[i] != Document.IGNORED)
              .toArray();
      return new Selection(
          positions, java.util.Arrays.stream(positions).map(i -> all[i]).toArray());
    }
  }

  @Override
  public LossSum evaluate(PackedBatch batch) {
    return lanes.compute(batch, part -> evaluateHere(part.batch())).stream()
        .reduce(LossSum::plus)
        .orElseThrow();
  }

  /// In fp32 whatever the compute type: an evaluation says the same on every machine, and the same
  /// as PEFT.
  private LossSum evaluateHere(PackedBatch batch) {
    Selection chosen = Selection.of(batch);
    if (chosen.isEmpty()) {
      return new LossSum(0, 0, 0);
    }
    try (Scope scope = new Scope();
        Sequence sequence = Sequence.packed(batch.lengths(), ScalarType.Float)) {
      Positions positions = chosen.of(batch.tokenCount());
      Tensor normed = normed(hidden(Placement.longs(batch.tokens()), sequence, positions));
      Head.Loss loss = decoder.head().loss(normed, Placement.longs(chosen.targets()), Double.NaN);
      return new LossSum(
          loss.crossEntropy().item_double(), loss.correct().item_long(), chosen.positions().length);
    }
  }

  /// Logits [T,V] fp32 of every position; for checks against reference values, not for training.
  @Override
  public Tensor logits(PackedBatch batch) {
    try (Scope scope = new Scope();
        Sequence sequence = Sequence.packed(batch.lengths(), ScalarType.Float)) {
      Tensor x = hidden(Placement.longs(batch.tokens()), sequence, Positions.ALL);
      return scope.escape(decoder.head().logits(normed(x)));
    }
  }

  private Tensor hidden(Tensor ids, Sequence sequence, Positions positions) {
    Mode mode = Mode.inference(adapters);
    int last = decoder.blocks().size() - 1;
    Tensor x;
    try (Frame frame = new Frame(mode, -1)) {
      x = decoder.embedding().forward(ids, sequence, frame).out();
    }
    for (int i = 0; i < decoder.blocks().size(); i++) {
      Positions asked = i == last ? positions : Positions.ALL;
      try (LayerPass layer =
          new LayerPass(decoder.blocks().get(i), i, sequence, asked, mode, false)) {
        x = replace(x, layer.forward(x));
      }
    }
    return x;
  }

  private Tensor normed(Tensor x) {
    try (Frame frame = new Frame(Mode.inference(adapters), -1)) {
      return decoder.finalNorm().forward(x, frame).out();
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
          Tensor x = hidden(Placement.longs(tokens), sequence, last);
          cache.advance(tokens.length);
          return HostArrays.values(decoder.head().logits(normed(x)));
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
