package io.kubetune.trainer.model;

import io.kubetune.trainer.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// The keys and values of one document's earlier tokens, a pair a layer.
///
/// Storage doubles when it is full, so that appending a token at a time stays linear.
final class KeyValueCache implements Past, AutoCloseable {
  private final Tensor[] keys;
  private final Tensor[] values;
  private int length;

  KeyValueCache(int layers) {
    keys = new Tensor[layers];
    values = new Tensor[layers];
  }

  /// Tokens that every layer holds.
  int length() {
    return length;
  }

  /// Called once all layers have appended a step's tokens.
  void advance(int tokens) {
    length += tokens;
  }

  /// Appends [t,K,d] and returns all so far, [length + t,K,d].
  @Override
  public Pair before(int layer, Pair own) {
    return new Pair(append(keys, layer, own.keys()), append(values, layer, own.values()));
  }

  private Tensor append(Tensor[] store, int layer, Tensor fresh) {
    long needed = length + fresh.size(0);
    if (store[layer] == null || store[layer].size(0) < needed) {
      try (Scope scope = new Scope()) {
        Tensor room =
            torch.empty_like(fresh.narrow(0, 0, 1)).expand(Math.max(64, 2 * needed), -1, -1);
        Tensor grown = room.contiguous();
        if (store[layer] != null) {
          grown.narrow(0, 0, length).copy_(store[layer].narrow(0, 0, length));
          store[layer].close();
        }
        store[layer] = Scope.own(grown);
      }
    }
    store[layer].narrow(0, length, fresh.size(0)).copy_(fresh);
    return store[layer].narrow(0, 0, needed);
  }

  @Override
  public void close() {
    for (int i = 0; i < keys.length; i++) {
      if (keys[i] != null) {
        keys[i].close();
        values[i].close();
      }
    }
  }
}
