package io.kubetune.trainer.data;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.kubetune.contract.ExitCode;
import io.kubetune.contract.TuneException;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// `tokenizer.json` through Hugging Face's own Rust library, without truncation or padding,
/// whatever the file asks for. Any number of threads may encode at once.
///
/// This calls the native methods of DJL's tokenizers directly: its HuggingFaceTokenizer copies
/// seven arrays for each text where one is needed, applies tokenizer_config.json a second time, and
/// tells its makers about each start.
///
/// ```
/// int[] ids = tokenizer.encode("Hello", true);   // [1, 15043] for Llama 2
/// ```
final class Tokenizer implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  /// @param ids [S]
  /// @param starts [S] code point where each token's text begins, [#NO_SPAN] for a token that
  ///   stands for no text (a beginning-of-sequence token that the tokenizer added)
  /// @param ends [S] code point behind it
  record Spans(int[] ids, int[] starts, int[] ends) {
    static final int NO_SPAN = -1;

    /// The first token whose text has this code point, or -1 (`Encoding.char_to_token`).
    int tokenAt(int codePoint) {
      for (int i = 0; i < ids.length; i++) {
        if (starts[i] <= codePoint && codePoint < ends[i]) {
          return i;
        }
      }
      return -1;
    }
  }

  private final TokenizersLibrary library = TokenizersLibraryFile.load();
  private final long handle;
  private final Cleaner.Cleanable cleanable;

  private Tokenizer(String json) {
    long created = library.createTokenizerFromString(json);
    handle = created;
    TokenizersLibrary native_ = library;
    cleanable = CLEANER.register(this, () -> native_.deleteTokenizer(created));
    library.disableTruncation(handle);
    library.disablePadding(handle);
  }

  static Tokenizer open(Path file) {
    try {
      return of(Files.readString(file), file);
    } catch (NoSuchFileException e) {
      throw unreadable(
          file,
          "no such file",
          "the model's folder needs its tokenizer.json; for an older model save it once with"
              + " transformers: AutoTokenizer.from_pretrained(…).save_pretrained(…)",
          e);
    } catch (CharacterCodingException e) {
      throw unreadable(file, "not UTF-8 text", "fetch it again", e);
    } catch (IOException e) {
      throw unreadable(file, "can't be read: " + e, "check the path and its permissions", e);
    }
  }

  /// @param file that the text came from, for messages
  static Tokenizer of(String json, Path file) {
    try {
      return new Tokenizer(json);
    } catch (RuntimeException e) {
      if (e instanceof TuneException known) {
        throw known;
      }
      throw unreadable(file, "not a tokenizer: " + e.getMessage(), "fetch the model again", e);
    }
  }

  private static TuneException unreadable(Path file, String found, String remedy, Exception e) {
    return new TuneException(
        ExitCode.BAD_MODEL, "can't read the tokenizer", file.toString(), found, remedy, e);
  }

  /// @param addSpecialTokens whether the tokenizer's own frame (a beginning-of-sequence token) is
  ///   put around the text; rendered chat templates bring theirs along
  int[] encode(String text, boolean addSpecialTokens) {
    long encoding = library.encode(handle, text, addSpecialTokens);
    try {
      return ids(encoding);
    } finally {
      library.deleteEncoding(encoding);
    }
  }

  Spans encodeWithSpans(String text, boolean addSpecialTokens) {
    long encoding = library.encode(handle, text, addSpecialTokens);
    try {
      int[] ids = ids(encoding);
      CharSpan[] spans = library.getTokenCharSpans(encoding);
      int[] starts = new int[ids.length];
      int[] ends = new int[ids.length];
      for (int i = 0; i < ids.length; i++) {
        starts[i] = spans[i] == null ? Spans.NO_SPAN : spans[i].getStart();
        ends[i] = spans[i] == null ? Spans.NO_SPAN : spans[i].getEnd();
      }
      return new Spans(ids, starts, ends);
    } finally {
      library.deleteEncoding(encoding);
    }
  }

  private int[] ids(long encoding) {
    long[] wide = library.getTokenIds(encoding);
    int[] ids = new int[wide.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = Math.toIntExact(wide[i]);
    }
    return ids;
  }

  String decode(int[] ids, boolean skipSpecialTokens) {
    long[] wide = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      wide[i] = ids[i];
    }
    return library.decode(handle, wide, skipSpecialTokens);
  }

  @Override
  public void close() {
    cleanable.clean();
  }
}
