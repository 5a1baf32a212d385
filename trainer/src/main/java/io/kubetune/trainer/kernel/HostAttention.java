package io.kubetune.trainer.kernel;

import io.kubetune.trainer.tensor.Placement;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Attention of a CPU's own kernel and its derivative: neither scores nor probabilities are held,
/// what no query sees is not computed, and all numbers within are fp32.
///
/// ```
/// HostAttention.Seen seen = attention.forward(heads, documents, q, k, v);
/// Tensor[] d = attention.backward(heads, documents, seen, dOut, q, k, v);
/// ```
public final class HostAttention {
  /// What the kernel's blocks on the stack have room for (attention.cpp's WIDEST).
  private static final int WIDEST = 256;

  private final HostProgram program;

  HostAttention(HostProgram program) {
    this.program = program;
  }

  /// softmax(cap(scale · q kᵀ)) v of query heads, `groups` of which share a key head.
  ///
  /// @param window keys that a query sees, its own included
  /// @param softcap cap · tanh(x/cap); 0: none
  public record Heads(
      int keyHeads, int groups, int dimension, int window, double scale, double softcap) {}

  /// Where a document lies.
  ///
  /// @param row of its first query
  /// @param skipped queries that no one asks for before the first that someone does
  /// @param keyRow of the first key that it sees
  /// @param before keys that it sees before those of its own
  public record Document(int row, int length, int skipped, int keyRow, int before) {
    private IntStream numbers() {
      return IntStream.of(row, length, skipped, keyRow, before);
    }
  }

  /// What attention gives.
  ///
  /// @param out [T, H, d]; rows that no one asks for are not set
  /// @param tops [H, T] fp32, the largest score of each query
  /// @param sums [H, T] fp32, Σ e^(score − largest)
  public record Seen(Tensor out, Tensor tops, Tensor sums) {}

  /// @return null where there is none for such a tensor, as [HostKernels#serving], or for heads of
  ///   so many numbers
  public static HostAttention serving(Tensor q) {
    HostKernels kernels = q.size(2) > WIDEST ? null : HostKernels.serving(q);
    return kernels == null ? null : kernels.attention();
  }

  /// @param q [T, H, d]
  /// @param k [n, K, d]
  /// @param v [n, K, d]
  public Seen forward(Heads heads, List<Document> documents, Tensor q, Tensor k, Tensor v) {
    Tensor out = Placement.empty(q.scalar_type(), q.size(0), q.size(1), q.size(2));
    boolean fp32 = q.scalar_type().intern() == ScalarType.Float;
    Tensor sum = fp32 ? out : Placement.empty(ScalarType.Float, q.size(0), q.size(1), q.size(2));
    Seen seen =
        new Seen(
            out,
            Placement.empty(ScalarType.Float, q.size(1), q.size(0)),
            Placement.empty(ScalarType.Float, q.size(1), q.size(0)));
    launch(
        "attention",
        heads,
        parts(heads),
        documents,
        seen,
        Stream.of(q, k, v, out, sum),
        Stream.of());
    return seen;
  }

  /// @param dOut [T, H, d]
  /// @return the derivatives by q, k and v, in their shapes; rows of q that no one asks for are 0
  public Tensor[] backward(
      Heads heads, List<Document> documents, Seen seen, Tensor dOut, Tensor q, Tensor k, Tensor v) {
    int parts = parts(heads);
    Tensor dq = Placement.empty(ScalarType.Float, q.size(0), q.size(1), q.size(2));
    for (Document each : documents) {
      if (each.skipped() > 0) {
        dq.narrow(0, each.row(), each.skipped()).zero_();
      }
    }
    Tensor dk = Placement.empty(ScalarType.Float, parts, k.size(0), k.size(1), k.size(2));
    Tensor dv = Placement.empty(ScalarType.Float, parts, k.size(0), k.size(1), k.size(2));
    launch(
        "attention_back",
        heads,
        parts,
        documents,
        seen,
        Stream.of(dOut, seen.out(), q, k, v, dq, dk.select(0, 0), dv.select(0, 0)),
        Stream.of(dk.stride(0)));
    return Stream.of(dq, sum(dk), sum(dv))
        .map(each -> each.to(q.scalar_type()))
        .toArray(Tensor[]::new);
  }

  private static Tensor sum(Tensor parts) {
    return parts.size(0) == 1 ? parts.select(0, 0) : parts.sum(0);
  }

  /// How many threads may share a key head's queries: where a thread computes alone, heads that
  /// share keys go one after another and their derivatives need no sum.
  private static int parts(Heads heads) {
    return torch.get_num_threads() == 1 ? 1 : heads.groups();
  }

  private void launch(
      String kernel,
      Heads heads,
      int parts,
      List<Document> documents,
      Seen seen,
      Stream<Tensor> tensors,
      Stream<Object> more) {
    Tensor table = Placement.longs(documents.stream().flatMapToInt(Document::numbers).toArray());
    Stream<Object> shape =
        Stream.of(
            HostProgram.rows(table),
            (long) heads.keyHeads(),
            (long) heads.groups(),
            (long) parts,
            (long) heads.dimension(),
            (long) heads.window(),
            seen.out().size(0),
            (float) heads.scale(),
            (float) heads.softcap(),
            HostProgram.rows(seen.tops()),
            HostProgram.rows(seen.sums()));
    Stream<Object> where =
        tensors.flatMap(x -> Stream.of(HostProgram.rows(x), x.stride(0), x.stride(1)));
    program.launch(
        kernel + LayerKernels.suffix(seen.out()),
        (long) documents.size() * heads.keyHeads() * parts,
        1,
        Stream.of(shape, where, more).flatMap(each -> each).toArray());
  }
}
