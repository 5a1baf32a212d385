package io.kubetune.contract;

/// Every exit status of `kubectl tune` and of the trainer, named once.
///
/// The README prints this table; a pod's `podFailurePolicy` and `status` read it back, so a number
/// is never reused.
///
/// ```
/// System.exit(ExitCode.BAD_DATA.code());
/// ```
public enum ExitCode {
  OK(0, "done"),
  FAILED(1, "an unexpected failure; run again with --debug and report it"),
  USAGE(2, "unknown command or flag, or a value that can't be parsed"),
  BAD_REQUEST(3, "the request or its training configuration is invalid"),
  BAD_DATA(4, "the dataset is missing, empty, or has rows that can't be trained on"),
  BAD_MODEL(5, "the model folder is incomplete, damaged or of an unsupported architecture"),
  NOT_FOUND(6, "no run, file or image of that name"),
  ALREADY_EXISTS(7, "the name is taken or the folder is not empty"),
  CLUSTER(8, "the cluster can't be reached or refuses"),
  REGISTRY(9, "the registry can't be reached or refuses, or a digest does not match"),
  OUT_OF_MEMORY(10, "training needs more memory than there is"),
  DIVERGED(11, "the loss is not a number, several steps in a row"),
  STORAGE(12, "no space, no permission, or a folder that can't be written"),
  NOT_SUPPORTED(13, "recognized, and not possible in this version"),
  KILLED(14, "the trainer was killed by a signal"),
  TIMEOUT(15, "the time given was over before the thing waited for happened"),
  SOURCE(16, "a dataset's or model's source can't be reached or refuses, or sent something else"),
  RESUME_ME(75, "stopped on request after writing a checkpoint; start again to go on"),
  INTERRUPTED(130, "following was stopped by Ctrl-C; the run goes on");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  public int code() {
    return code;
  }

  public String meaning() {
    return meaning;
  }

  /// The named code for a process's exit status, or FAILED for a status that is not in the table.
  public static ExitCode of(int status) {
    for (ExitCode each : values()) {
      if (each.code == status) {
        return each;
      }
    }
    return FAILED;
  }
}
