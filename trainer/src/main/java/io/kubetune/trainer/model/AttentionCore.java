package io.kubetune.trainer.model;

import io.kubetune.trainer.kernel.HostAttention;
import io.kubetune.trainer.kernel.HostAttention.Document;
import io.kubetune.trainer.tensor.Frame;
import io.kubetune.trainer.tensor.Placement;
import io.kubetune.trainer.tensor.Profile;
import io.kubetune.trainer.tensor.Profile.Part;
import io.kubetune.trainer.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// softmax(scale · q kᵀ) v within each document, causal, and its derivative.
///
/// A kernel does it where there is one for the device ([FlashAttention], [HostAttention]); where
/// not, probabilities are computed again on the way back, and queries go in chunks, so memory grows
/// with a document's length and not with its square. Heads that share keys (GQA) are folded into
/// rows, so that keys are not repeated.
///
/// ```
/// S = scale · q kᵀ (capped: cap · tanh(S/cap));  P = softmax(S + mask);  O = P v
/// dV = Pᵀ dO;  dP = dO vᵀ;  dS = P ∘ (dP − rowsum(dP ∘ P));  dq = scale · dS k;  dk = scale · dSᵀ q
/// ```
///
/// @param heads H query heads
/// @param keyHeads K; H is a multiple of it
/// @param softcap 0: none (Gemma 2's attn_logit_softcapping)
/// @param window tokens that a query sees, itself included; Integer.MAX_VALUE: all before it
record AttentionCore(
    int heads, int keyHeads, int headDimension, double scale, double softcap, int window) {
  /// Scores of a chunk: at most so many values, so a chunk stays within a cache-friendly 32 MB in
  /// fp32.
  private static final long CHUNK_SCORES = 8L << 20;

  private static final int CHUNK_ROWS = 112;

  /// Some of a document's queries, and the keys that they see.
  ///
  /// @param row of the first query
  /// @param keyRow of the first key
  /// @param shift keys that the first query sees before its own
  private record Chunk(int row, int count, int keyRow, int keyCount, int shift) {}

  /// What attention gives, and the way back.
  ///
  /// @param out [T, H·d]
  record Mixed(Tensor out, Back back) {
    /// From dOut [T, H·d] to the derivatives by q, k and v, in their shapes.
    @FunctionalInterface
    interface Back {
      Tensor[] apply(Tensor dOut);
    }
  }

  /// q [T,H,d]; k and v [n,K,d], for each document those before it and its own.
  ///
  /// @param positions whose outputs are asked for: a document's rows before them are not set
  Mixed attend(Tensor q, Tensor k, Tensor v, Sequence sequence, Positions positions, Frame frame) {
    Mixed mixed =
        Profile.time(Part.ATTENTION, () -> attention(q, k, v, sequence, positions, frame));
    return new Mixed(
        mixed.out(), dOut -> Profile.time(Part.ATTENTION, () -> mixed.back().apply(dOut)));
  }

  private Mixed attention(
      Tensor q, Tensor k, Tensor v, Sequence sequence, Positions positions, Frame frame) {
    if (FlashAttention.serves(this, q, sequence)) {
      return FlashAttention.attend(this, q, k, v, sequence, frame);
    }
    HostAttention host = HostAttention.serving(q);
    if (host != null) {
      return onHost(host, q, k, v, sequence, positions, frame);
    }
    Tensor out = frame.save(forward(q, k, v, sequence, positions));
    return new Mixed(out, dOut -> backward(dOut, q, k, v, sequence, positions));
  }

  private Mixed onHost(
      HostAttention host,
      Tensor q,
      Tensor k,
      Tensor v,
      Sequence sequence,
      Positions positions,
      Frame frame) {
    HostAttention.Heads shape =
        new HostAttention.Heads(keyHeads, groups(), headDimension, window, scale, softcap);
    List<Document> documents = documents(sequence, positions);
    HostAttention.Seen seen = host.forward(shape, documents, q, k, v);
    Tensor out = frame.save(seen.out());
    HostAttention.Seen kept =
        new HostAttention.Seen(out, frame.save(seen.tops()), frame.save(seen.sums()));
    return new Mixed(
        out.view(q.size(0), -1),
        dOut -> host.backward(shape, documents, kept, dOut.view(q.sizes()), q, k, v));
  }

  private Tensor forward(Tensor q, Tensor k, Tensor v, Sequence sequence, Positions positions) {
    Tensor out = Placement.empty(q.scalar_type(), q.size(0), (long) heads * headDimension);
    chunks(
        sequence,
        positions,
        c -> {
          try (Scope scope = new Scope()) {
            Tensor p = probabilities(q, k, sequence, c, null);
            Tensor o = p.bmm(values(v, c)); // [K, G·n, d]
            out.narrow(0, c.row(), c.count())
                .view(c.count(), keyHeads, groups(), headDimension)
                .copy_(o.view(keyHeads, groups(), c.count(), headDimension).permute(2, 0, 1, 3));
          }
        });
    return out;
  }

  /// The derivatives by q, k and v.
  private Tensor[] backward(
      Tensor dOut, Tensor q, Tensor k, Tensor v, Sequence sequence, Positions positions) {
    Tensor dq = positions.areAll() ? torch.empty_like(q) : torch.zeros_like(q);
    Tensor dk = torch.zeros_like(k);
    Tensor dv = torch.zeros_like(k);
    chunks(
        sequence,
        positions,
        c -> {
          try (Scope scope = new Scope()) {
            Tensor[] capped = new Tensor[1];
            Tensor p = probabilities(q, k, sequence, c, capped);
            Tensor dO = rows(dOut.view(dOut.size(0), heads, headDimension), c); // [K, G·n, d]
            Tensor dP = dO.bmm(values(v, c).transpose(1, 2)); // [K, G·n, m]
            Tensor dS = scoresBack(dP, p, capped[0], c); // with the scale
            keys(dv, c).add_(p.transpose(1, 2).bmm(dO).transpose(0, 1));
            keys(dk, c).add_(dS.transpose(1, 2).bmm(rows(q, c)).transpose(0, 1));
            Tensor dQuery = dS.bmm(keys(k, c).transpose(0, 1)); // [K, G·n, d]
            dq.narrow(0, c.row(), c.count())
                .view(c.count(), keyHeads, groups(), headDimension)
                .copy_(
                    dQuery.view(keyHeads, groups(), c.count(), headDimension).permute(2, 0, 1, 3));
          }
        });
    return new Tensor[] {dq, dk, dv};
  }

  /// scale · the derivative by the scores, in dP's place.
  private Tensor scoresBack(Tensor dP, Tensor p, Tensor capped, Chunk c) {
    Tensor dS = Softmax.backward(dP, p);
    if (softcap > 0) { // d tanh = 1 − tanh²; capped = cap · tanh
      dS.mul_(capped.div(new Scalar(softcap)).square_().neg_().add_(new Scalar(1)));
    }
    return dS.mul_(new Scalar(scale));
  }

  /// [K, G·n, m] in the compute type, within which a softmax adds up in fp32; leaves the capped
  /// scores in `capped` where it is given.
  private Tensor probabilities(Tensor q, Tensor k, Sequence sequence, Chunk c, Tensor[] capped) {
    Tensor query = rows(q, c);
    Tensor key = keys(k, c).permute(1, 2, 0); // [K, d, m]
    Tensor mask = sequence.mask(c.count(), c.keyCount(), c.shift(), window, groups());
    Tensor scores;
    if (softcap > 0) {
      scores = query.bmm(key).mul_(new Scalar(scale / softcap)).tanh_().mul_(new Scalar(softcap));
      if (capped != null) {
        capped[0] = scores;
      }
      scores = mask == null ? scores : scores.add(mask);
    } else if (mask == null) {
      scores = query.bmm(key).mul_(new Scalar(scale));
    } else {
      scores = torch.baddbmm(mask, query, key, new Scalar(1), new Scalar(scale));
    }
    return torch.softmax(scores, -1);
  }

  /// Rows of a chunk's queries, [K, G·n, d].
  private Tensor rows(Tensor x, Chunk c) {
    return x.narrow(0, c.row(), c.count())
        .view(c.count(), keyHeads, groups(), headDimension)
        .permute(1, 2, 0, 3)
        .reshape(keyHeads, (long) groups() * c.count(), headDimension);
  }

  /// The keys that a chunk sees, [m, K, d].
  private Tensor keys(Tensor k, Chunk c) {
    return k.narrow(0, c.keyRow(), c.keyCount());
  }

  /// The values that a chunk sees, [K, m, d].
  private Tensor values(Tensor v, Chunk c) {
    return keys(v, c).transpose(0, 1);
  }

  private int groups() {
    return heads / keyHeads;
  }

  /// Equal chunks of about [#CHUNK_ROWS] queries: what stands behind a chunk's last query is not
  /// computed, so two chunks spare a quarter of a document's scores, and many nearly half.
  private int rowsOfChunk(int length, int keys) {
    int chunks = Math.max(1, length / CHUNK_ROWS);
    long fitting = CHUNK_SCORES / ((long) heads * Math.min(keys, window));
    return (int) Math.max(64, Math.min(Math.ceilDiv(length, chunks), fitting));
  }

  /// Of each document the queries from the first one on whose output is asked for.
  private void chunks(Sequence sequence, Positions positions, Consumer<Chunk> each) {
    for (Document document : documents(sequence, positions)) {
      int length = document.length();
      int before = document.before();
      int size = rowsOfChunk(length - document.skipped(), before + length);
      for (int from = document.skipped(); from < length; from += size) {
        int count = Math.min(size, length - from);
        int first = (int) Math.max(0, before + from - (long) window + 1);
        int last = before + from + count;
        each.accept(
            new Chunk(
                document.row() + from,
                count,
                document.keyRow() + first,
                last - first,
                before + from - first));
      }
    }
  }

  private static List<Document> documents(Sequence sequence, Positions positions) {
    List<Document> documents = new ArrayList<>();
    int row = 0;
    int keyRow = 0;
    for (int i = 0; i < sequence.lengths().length; i++) {
      int length = sequence.lengths()[i];
      int before = sequence.before()[i];
      documents.add(new Document(row, length, positions.skipped(row, length), keyRow, before));
      row += length;
      keyRow += before + length;
    }
    return documents;
  }
}
