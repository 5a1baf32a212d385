/// Files that are whole or not there: written aside, through to the disk, renamed.
package io.kubetune.trainer.files;
