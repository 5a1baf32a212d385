/// From canonical rows to batches of token ids.
///
/// [io.kubetune.trainer.data.CanonicalRows] checks the files against their manifest,
/// [io.kubetune.trainer.data.RowParser] reads lines as [io.kubetune.trainer.data.Row]s,
/// [io.kubetune.trainer.data.RowEncoder] makes tokens of one with
/// [io.kubetune.trainer.data.ChatTokenizer] and marks what is learned, and
/// [io.kubetune.trainer.data.Encoder] does so for all of them, cuts what is too long and counts:
/// [io.kubetune.trainer.data.EncodedRows] of [io.kubetune.trainer.data.Document]s.
/// [io.kubetune.trainer.data.Inspect] shows the same to people.
package io.kubetune.trainer.data;
