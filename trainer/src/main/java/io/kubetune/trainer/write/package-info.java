/// What a run leaves behind, in its run directory (`templates/contract/run-directory.md`) and on
/// stdout.
package io.kubetune.trainer.write;
