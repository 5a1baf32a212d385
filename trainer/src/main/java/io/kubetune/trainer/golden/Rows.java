package io.kubetune.trainer.golden;

import io.kubetune.trainer.data.Document;
import io.kubetune.trainer.data.PackedBatch;
import io.kubetune.trainer.load.Safetensors;
import io.kubetune.trainer.tensor.HostArrays;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/// A golden's tensors as documents and arrays.
final class Rows {
  private Rows() {}

  /// [B,L] of right-padded rows; where there is no mask, a row ends at its last label (what is
  /// behind it changes nothing).
  static List<Document> padded(Safetensors file, String ids, String labels, Optional<String> mask) {
    long[] shape = file.entries().get(ids).shape();
    int width = (int) shape[1];
    float[] token = floats(file, ids);
    float[] label = floats(file, labels);
    Optional<float[]> kept = mask.map(m -> floats(file, m));
    List<Document> documents = new ArrayList<>();
    for (int b = 0; b < shape[0]; b++) {
      int length = 1;
      for (int i = 0; i < width; i++) {
        boolean real =
            kept.isPresent()
                ? kept.get()[b * width + i] != 0
                : label[b * width + i] != Document.IGNORED;
        length = real ? i + 1 : length;
      }
      documents.add(document(token, label, b * width, length, b + 1));
    }
    return documents;
  }

  /// `packed.*`: documents end to end with their lengths.
  static PackedBatch packed(Safetensors file) {
    float[] token = floats(file, "packed.input_ids");
    float[] label = floats(file, "packed.labels");
    List<Document> documents = new ArrayList<>();
    int at = 0;
    for (float length : floats(file, "packed.lengths")) {
      documents.add(document(token, label, at, (int) length, documents.size() + 1));
      at += (int) length;
    }
    return new PackedBatch(documents);
  }

  private static Document document(float[] token, float[] label, int from, int length, int row) {
    int[] tokens = new int[length];
    int[] labels = new int[length];
    for (int i = 0; i < length; i++) {
      tokens[i] = (int) token[from + i];
      labels[i] = (int) label[from + i];
    }
    return new Document(tokens, labels, row);
  }

  static Document cut(Document document, int length) {
    int n = Math.min(length, document.length());
    return new Document(
        Arrays.copyOf(document.tokens(), n), Arrays.copyOf(document.labels(), n), document.row());
  }

  /// Integers below 2^24 come through fp32 unchanged.
  static float[] floats(Safetensors file, String name) {
    Tensor tensor = file.read(name, Tensor::clone);
    try (tensor) {
      return HostArrays.values(tensor);
    }
  }

  /// Like Math.max, but a value that is not a number stays.
  static double larger(double a, double b) {
    return Double.isNaN(a) || Double.isNaN(b) ? Double.NaN : Math.max(a, b);
  }
}
