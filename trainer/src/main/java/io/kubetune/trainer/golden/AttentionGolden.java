package io.kubetune.trainer.golden;

import io.kubetune.trainer.kernel.HostAttention;
import io.kubetune.trainer.kernel.HostAttention.Document;
import io.kubetune.trainer.kernel.HostAttention.Heads;
import io.kubetune.trainer.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Holds a CPU's attention kernel against the formulas, written out in libtorch's operations.
///
/// Two documents; the second is longer than a block of queries and a chunk of keys, stands behind
/// keys that it shares, and has rows that no one asks for. q, k and v lie side by side, as in their
/// joint product.
record AttentionGolden(ScalarType type, Report report) {
  private static final int SHORT = 23;
  private static final int LONG = 214;
  private static final int BEFORE = 30;
  private static final int SKIPPED = 5;

  private static final List<Heads> SHAPES =
      List.of(
          new Heads(2, 3, 64, Integer.MAX_VALUE, 0.125, 0),
          new Heads(2, 1, 20, Integer.MAX_VALUE, 0.3, 0), // no whole vectors
          new Heads(1, 2, 256, 60, 0.0625, 0), // short chunks, some of them out of sight
          new Heads(3, 1, 80, 200, 0.1, 1.5));

  private static final List<Document> DOCUMENTS =
      List.of(new Document(0, SHORT, 0, 0, 0), new Document(SHORT, LONG, SKIPPED, SHORT, BEFORE));

  void run() {
    for (Heads heads : SHAPES) {
      try (Scope scope = new Scope()) {
        of(heads);
      }
    }
  }

  private void of(Heads heads) {
    long h = (long) heads.keyHeads() * heads.groups();
    long keyHeads = heads.keyHeads();
    long rows = SHORT + LONG;
    Tensor all = rounded(rows + BEFORE, h + 2 * keyHeads, heads.dimension());
    Tensor dOut = rounded(rows, h, heads.dimension());
    Tensor there = all.to(type);
    Tensor q = there.narrow(0, 0, rows).narrow(1, 0, h);
    Tensor k = there.narrow(1, h, keyHeads);
    Tensor v = there.narrow(1, h + keyHeads, keyHeads);
    HostAttention kernel = HostAttention.serving(q);
    HostAttention.Seen seen = kernel.forward(heads, DOCUMENTS, q, k, v);
    Tensor[] found = kernel.backward(heads, DOCUMENTS, seen, dOut.to(type), q, k, v);
    String of = "_%dx%d".formatted(heads.groups(), heads.dimension());
    for (Document each : DOCUMENTS) {
      long asked = each.length() - (long) each.skipped();
      long keys = each.before() + (long) each.length();
      Tensor[] expected =
          plain(
              heads,
              each,
              all.narrow(0, each.row(), each.length()).narrow(1, 0, h),
              all.narrow(0, each.keyRow(), keys).narrow(1, h, keyHeads),
              all.narrow(0, each.keyRow(), keys).narrow(1, h + keyHeads, keyHeads),
              dOut.narrow(0, each.row(), each.length()));
      same(
          "attention" + of,
          seen.out().narrow(0, each.row() + (long) each.skipped(), asked),
          expected[0].narrow(0, each.skipped(), asked));
      Tensor dq = found[0].narrow(0, each.row(), each.length());
      same("attention_by_q" + of, dq, expected[1]);
      Tensor dk = found[1].narrow(0, each.keyRow(), keys);
      same("attention_by_k" + of, dk, expected[2]);
      Tensor dv = found[2].narrow(0, each.keyRow(), keys);
      same("attention_by_v" + of, dv, expected[3]);
    }
  }

  private void same(String kernel, Tensor found, Tensor expected) {
    report.compare(
        "kernels",
        KernelGolden.name(kernel, type),
        KernelGolden.deviation(found, expected),
        type == ScalarType.Float ? Tolerance.ATTENTION : Tolerance.ATTENTION_BF16);
  }

  /// As the kernel sees it: rounded to its type, in fp32.
  private Tensor rounded(long... shape) {
    return torch.randn(shape).to(type).to(ScalarType.Float);
  }

  /// @return out, and the derivatives by q, k and v
  private static Tensor[] plain(
      Heads heads, Document document, Tensor q, Tensor k, Tensor v, Tensor dOut) {
    long length = document.length();
    long keys = k.size(0);
    int before = document.before();
    Tensor qs = q.permute(1, 0, 2);
    Tensor ks = repeated(k, heads);
    Tensor vs = repeated(v, heads);
    Tensor d = dOut.permute(1, 0, 2).clone();
    d.narrow(1, 0, document.skipped()).zero_();
    Tensor ones = torch.ones(length, keys);
    Tensor visible = ones.tril(before);
    if (heads.window() < keys) {
      visible = visible.sub(ones.tril(before - heads.window()));
    }
    Tensor s = qs.bmm(ks.transpose(1, 2)).mul_(new Scalar(heads.scale()));
    Tensor slope = torch.ones_like(s);
    if (heads.softcap() > 0) {
      Tensor tanh = s.div(new Scalar(heads.softcap())).tanh_();
      s = tanh.mul(new Scalar(heads.softcap()));
      slope.sub_(tanh.square());
    }
    Tensor p = torch.softmax(s.masked_fill(visible.eq(new Scalar(0)), new Scalar(-1e30f)), -1);
    Tensor dP = d.bmm(vs.transpose(1, 2));
    Tensor along = dP.mul(p).sum(new long[] {-1}, true, new ScalarTypeOptional());
    Tensor dS = p.mul(dP.sub(along)).mul_(slope).mul_(new Scalar(heads.scale()));
    return new Tensor[] {
      p.bmm(vs).permute(1, 0, 2),
      dS.bmm(ks).permute(1, 0, 2),
      shared(dS.transpose(1, 2).bmm(qs), heads),
      shared(p.transpose(1, 2).bmm(d), heads)
    };
  }

  /// [n, K, d] to [H, n, d]: a key head for each query head.
  private static Tensor repeated(Tensor x, Heads heads) {
    long n = x.size(0);
    return x.permute(1, 0, 2)
        .unsqueeze(1)
        .expand(heads.keyHeads(), heads.groups(), n, heads.dimension())
        .reshape((long) heads.keyHeads() * heads.groups(), n, heads.dimension());
  }

  /// [H, n, d] to [n, K, d]: summed over the heads that share a key head.
  private static Tensor shared(Tensor d, Heads heads) {
    return d.view(heads.keyHeads(), heads.groups(), d.size(1), d.size(2)).sum(1).permute(1, 0, 2);
  }
}
