/// The training loop and all that it needs to go on after being killed.
///
/// [io.kubetune.trainer.train.TrainingLoop] is the loop; [io.kubetune.trainer.train.StepPlan] says
/// which documents a step takes, [io.kubetune.trainer.train.Schedule] its learning rate,
/// [io.kubetune.trainer.train.GradientClip] and [io.kubetune.trainer.train.AdamW] change the
/// values, [io.kubetune.trainer.train.Halving] keeps a step within memory.
///
/// Nothing random is carried from step to step, so a step's number is the whole position:
/// [io.kubetune.trainer.train.Checkpoints] write that ([io.kubetune.trainer.train.Progress]), the
/// values and the moments, and [io.kubetune.trainer.train.RunIdentity] keeps a run from going on
/// where another one stood.
package io.kubetune.trainer.train;
