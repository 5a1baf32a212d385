#!/bin/sh
# install.sh: puts kubectl-tune, what completes it and its man pages in their places, after checking the archive's digest.
#
#   sh install.sh [--prefix FOLDER] [FROM]      FROM: a folder or https:// address with an archive and SHA256SUMS; unless given the script's own folder
#   sh install.sh --uninstall [--prefix FOLDER]
#
# The prefix is /usr/local for root, else ~/.local. Nothing is installed where the digest is not the one of SHA256SUMS. Nothing is sent anywhere.
set -eu

prefix='' from='' uninstall=false
while [ $# -gt 0 ]; do
  case $1 in
    --prefix) prefix=${2:?--prefix needs a folder}; shift 2 ;;
    --prefix=*) prefix=${1#--prefix=}; shift ;;
    --uninstall) uninstall=true; shift ;;
    -h | --help) sed -n '2,/^set /s/^# \{0,1\}//p' "$0" | sed '$d'; exit ;;
    -*) echo "install.sh: unknown option $1" >&2; exit 2 ;;
    *) from=$1; shift ;;
  esac
done
if [ -z "$prefix" ]; then
  if [ "$(id -u)" = 0 ]; then prefix=/usr/local; else prefix=$HOME/.local; fi
fi
bash_completions=$prefix/share/bash-completion/completions
zsh_completions=$prefix/share/zsh/site-functions
fish_completions=$prefix/share/fish/vendor_completions.d
man=$prefix/share/man/man1

if $uninstall; then
  rm -f "$prefix/bin/kubectl-tune" "$prefix/bin/kubectl_complete-tune" "$bash_completions/kubectl-tune" "$zsh_completions/_kubectl-tune" \
    "$fish_completions/kubectl-tune.fish" "$man"/kubectl-tune*.1
  echo "removed kubectl-tune from $prefix"
  exit
fi

fail() { echo "install.sh: $1" >&2; exit 1; }
case $(uname -s) in Linux) os=linux ;; Darwin) os=darwin ;; *) fail "there is no kubectl-tune for $(uname -s)" ;; esac
case $(uname -m) in x86_64) arch=amd64 ;; arm64 | aarch64) arch=arm64 ;; *) fail "there is no kubectl-tune for $(uname -m)" ;; esac

work=$(mktemp -d "${TMPDIR:-/tmp}/kubectl-tune.XXXXXX")
trap 'rm -rf "$work"' EXIT
if [ -z "$from" ]; then from=$(cd "$(dirname "$0")" && pwd); fi
fetch() { # NAME: into the working folder
  case $from in
    https://*)
      if command -v curl >/dev/null; then curl -fsSL --proto '=https' -o "$work/$1" "$from/$1"; else wget -q -O "$work/$1" "$from/$1"; fi
      ;;
    *) cp "$from/$1" "$work/$1" ;;
  esac || fail "$from has no $1"
}

# Unpacked already: the archive's own folder, whose digest was somebody else's to check.
if [ -x "$from/kubectl-tune" ]; then
  files=$from
else
  fetch SHA256SUMS
  archive=$(sed -n "s/^[0-9a-f]\{64\}  *\(kubectl-tune-[^ ]*-$os-$arch\.tar\.gz\)\$/\1/p" "$work/SHA256SUMS" | head -n 1)
  [ -n "$archive" ] || fail "$from/SHA256SUMS names no archive for $os on $arch"
  fetch "$archive"
  wanted=$(sed -n "s/^\([0-9a-f]\{64\}\)  *$archive\$/\1/p" "$work/SHA256SUMS")
  found=$( (sha256sum "$work/$archive" 2>/dev/null || shasum -a 256 "$work/$archive") | cut -d' ' -f1)
  [ "$wanted" = "$found" ] || fail "$archive has the digest $found and SHA256SUMS says $wanted: nothing was installed"
  tar -C "$work" -xzf "$work/$archive"
  files=$work/${archive%.tar.gz}
fi

mkdir -p "$prefix/bin" "$bash_completions" "$zsh_completions" "$fish_completions" "$man" || fail "can't write to $prefix; --prefix names another folder"
place() { # MODE FILE TARGET: whole or not at all, also where the old one runs
  cp "$2" "$3.new" && chmod "$1" "$3.new" && mv -f "$3.new" "$3" || fail "can't write $3"
}
place 755 "$files/kubectl-tune" "$prefix/bin/kubectl-tune"
place 755 "$files/kubectl_complete-tune" "$prefix/bin/kubectl_complete-tune"
place 644 "$files/completions/kubectl-tune.bash" "$bash_completions/kubectl-tune"
place 644 "$files/completions/_kubectl-tune" "$zsh_completions/_kubectl-tune"
place 644 "$files/completions/kubectl-tune.fish" "$fish_completions/kubectl-tune.fish"
for page in "$files"/man/*.1; do place 644 "$page" "$man/${page##*/}"; done

"$prefix/bin/kubectl-tune" version -o name | sed "s#^#installed kubectl-tune #; s#\$# in $prefix#"
case :$PATH: in
  *:"$prefix/bin":*) ;;
  *) echo "$prefix/bin is not on the PATH: kubectl finds the plugin there only when it is" ;;
esac
