package io.kubetune.cli.command;

import io.kubetune.cli.terminal.Terminal;

/// What is done last where Ctrl-C ends this process, which it does by itself with status 130.
///
/// ```
/// try (OnInterrupt _ = OnInterrupt.says("Nothing was written.", terminal)) { … }
/// ```
final class OnInterrupt implements AutoCloseable {
  private final Thread last;

  private OnInterrupt(Thread last) {
    this.last = last;
  }

  static OnInterrupt does(Runnable last) {
    Thread thread = new Thread(last);
    Runtime.getRuntime().addShutdownHook(thread);
    return new OnInterrupt(thread);
  }

  /// What becomes of what was begun, below the line where the terminal shows `^C`.
  static OnInterrupt says(String text, Terminal terminal) {
    return does(() -> say(text, terminal));
  }

  static void say(String text, Terminal terminal) {
    terminal.say("\n" + text);
    terminal.err().flush();
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(last);
    } catch (IllegalStateException e) {
      // Ctrl-C came just now: the hook says what is to be said.
    }
  }
}
