package io.kubetune.trainer.model;

import io.kubetune.trainer.data.PackedBatch;
import io.kubetune.trainer.model.Prefixes.Prefix;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Profile;
import io.kubetune.trainer.tensor.Profile.Part;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// What a step's documents share, through the layers once for all of them: forwards before the
/// documents, and back behind the last of them, when the derivatives by its keys and values are
/// added up.
///
/// ```
/// double loss = shared.forward(scale).crossEntropy();
/// … each batch of documents, behind its prefixes: shared.sequence(rest) …
/// shared.backward();
/// ```
final class PrefixPass implements AutoCloseable {
  private final DecoderStack decoder;
  private final Prefixes prefixes;
  private final ScalarType type;
  private final PrefixKeys keys;
  private final Sequence sequence;
  private final StackPass pass;
  private Tensor dHidden;

  /// @param lanes that documents are computed on
  PrefixPass(
      DecoderStack decoder, Prefixes prefixes, ScalarType type, int lanes, StackPass.How how) {
    this.decoder = decoder;
    this.prefixes = prefixes;
    this.type = type;
    this.keys = new PrefixKeys(decoder.blocks().size(), lanes);
    int[] lengths = prefixes.list().stream().mapToInt(Prefix::length).toArray();
    this.sequence = Sequence.behind(lengths, new int[lengths.length], keys.ofPrefixes(), type);
    this.pass = new StackPass(decoder, sequence, how);
  }

  /// @param scale of the derivative; NaN: none is computed
  /// @return of the prefixes' own positions, once for each document
  CausalLm.LossSum forward(double scale) {
    if (prefixes.isEmpty()) {
      return CausalLm.LossSum.NONE;
    }
    int[] targets =
        prefixes.list().stream().flatMapToInt(p -> Arrays.stream(p.targets())).toArray();
    Selection learned = Selection.of(targets);
    // Of what no one learns one output is asked for all the same: kernels want something to do. Its
    // derivative is zero.
    Tensor hidden =
        pass.forward(
            prefixes.tokens(),
            learned.isEmpty()
                ? Positions.of(new int[] {targets.length - 1}, targets.length)
                : learned.positions());
    dHidden = torch.zeros_like(hidden);
    CausalLm.LossSum sum = CausalLm.LossSum.NONE;
    int row = 0;
    for (Prefix each : prefixes.list()) {
      Selection chosen = Selection.of(each.targets());
      if (!chosen.isEmpty()) {
        Tensor of = hidden.narrow(0, row, chosen.size());
        Tensor wanted = Placement.longs(chosen.targets());
        Head.Loss loss =
            Profile.time(
                Part.HEAD, () -> decoder.head().loss(of, wanted, scale * each.documents()));
        if (loss.dHidden() != null) {
          dHidden.narrow(0, row, chosen.size()).copy_(loss.dHidden());
        }
        sum = sum.plus(loss.sum().times(each.documents()));
        row += chosen.size();
      }
    }
    return sum;
  }

  /// Once all documents behind have been back.
  Void backward() {
    if (!prefixes.isEmpty()) {
      pass.backward(dHidden);
    }
    return null;
  }

  /// What a batch's documents see.
  ///
  /// @param rest what [Prefixes#behind] left of them
  Sequence sequence(PackedBatch rest) {
    List<Prefix> before = rest.documents().stream().map(prefixes::before).toList();
    int[] lengths = rest.lengths();
    int[] tokens = before.stream().mapToInt(each -> each == null ? 0 : each.length()).toArray();
    Past past = Arrays.stream(tokens).sum() == 0 ? Past.NONE : keys.behind(lengths, before);
    return Sequence.behind(lengths, tokens, past, type);
  }

  @Override
  public void close() {
    pass.close();
    sequence.close();
    keys.close();
  }
}
