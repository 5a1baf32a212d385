/// What the trainer can be asked to do, one verb a file, and what surrounds it: arguments, signals,
/// the lock, ranks, failures.
package io.kubetune.trainer.command;
