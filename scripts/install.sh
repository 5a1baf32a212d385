#!/bin/sh
# install.sh: puts kubectl-tune, what completes it and its man pages in their places, after checking the archive's digest.
#
#   sh install.sh [--prefix FOLDER] [FROM]      FROM: a folder or https:// address with an archive and SHA256SUMS; unless given the script's own folder
#   sh install.sh --uninstall [--prefix FOLDER]
#
# The prefix is /usr/local for root, else ~/.local. Nothing is installed where the digest is not the one of SHA256SUMS, or where the program does
# not run. Certificates of your own authority: CURL_CA_BUNDLE=FILE, as curl has it. Nothing is sent anywhere.
set -eu

prefix='' from='' uninstall=false
while [ $# -gt 0 ]; do
  case $1 in
    --prefix) prefix=${2:?--prefix needs a folder}; shift 2 ;;
    --prefix=*) prefix=${1#--prefix=}; shift ;;
    --uninstall) uninstall=true; shift ;;
    -h | --help) sed -n '2,/^set /s/^# \{0,1\}//p' "$0" | sed '$d'; exit ;;
    -*) echo "install.sh: unknown option $1; see sh install.sh --help" >&2; exit 2 ;;
    '') echo "install.sh: the folder or address to install from is empty" >&2; exit 2 ;;
    *) from=${1%/}; shift ;;
  esac
done
fail() { echo "install.sh: $1" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

if [ -z "$prefix" ]; then
  if [ "$(id -u)" = 0 ]; then prefix=/usr/local; else prefix=${HOME:?is not set: --prefix names the folder to install into}/.local; fi
fi
case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
bash_completions=$prefix/share/bash-completion/completions
zsh_completions=$prefix/share/zsh/site-functions
fish_completions=$prefix/share/fish/vendor_completions.d
man=$prefix/share/man/man1

if $uninstall; then
  rm -f "$prefix/bin/kubectl-tune" "$prefix/bin/kubectl_complete-tune" "$bash_completions/kubectl-tune" "$zsh_completions/_kubectl-tune" \
    "$fish_completions/kubectl-tune.fish" "$man/kubectl-tune.1" "$man"/kubectl-tune-*.1 || fail "can't remove all of kubectl-tune from $prefix"
  echo "removed kubectl-tune from $prefix"
  exit
fi

case $(uname -s) in Linux) os=linux ;; Darwin) os=darwin ;; *) fail "there is no kubectl-tune for $(uname -s)" ;; esac
case $(uname -m) in x86_64) arch=amd64 ;; arm64 | aarch64) arch=arm64 ;; *) fail "there is no kubectl-tune for $(uname -m)" ;; esac

work=$(mktemp -d "${TMPDIR:-/tmp}/kubectl-tune.XXXXXX") || fail "can't make a folder in ${TMPDIR:-/tmp}: TMPDIR names another"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM
if [ -z "$from" ]; then from=$(cd "$(dirname "$0")" && pwd); fi
download() { # ADDRESS FILE PROTOCOL
  if has curl; then
    curl -fsSL --proto "=$3" -o "$2" "$1"
  elif has wget; then
    wget -q -O "$2" "$1"
  else
    fail "neither curl nor wget is here to fetch $1: fetch the archive and SHA256SUMS by other ways, and name their folder"
  fi
}
fetch() { # NAME: into the working folder
  case $from in
    https://*) download "$from/$1" "$work/$1" https || fail "$from/$1 could not be fetched whole: nothing was installed" ;;
    # This machine alone, where nobody is between.
    http://127.0.0.1[:/]* | http://localhost[:/]* | http://\[::1\][:/]*) download "$from/$1" "$work/$1" http || fail "$from/$1 could not be fetched whole: nothing was installed" ;;
    *://*) fail "$from: an https:// address is wanted, or a folder" ;;
    *) [ -f "$from/$1" ] && cp "$from/$1" "$work/$1" || fail "there is no $1 in $from" ;;
  esac
}
digest() { # FILE
  if has sha256sum; then sha256sum "$1"; elif has shasum; then shasum -a 256 "$1"; else fail "neither sha256sum nor shasum is here to check the archive with"; fi
}

# Unpacked already: the archive's own folder, whose digest was somebody else's to check.
if [ -x "$from/kubectl-tune" ]; then
  files=$from
else
  fetch SHA256SUMS
  archive=$(sed -n "s/^[0-9a-f]\{64\}  *\(kubectl-tune-[^ /]*-$os-$arch\.tar\.gz\)\$/\1/p" "$work/SHA256SUMS" | head -n 1)
  [ -n "$archive" ] || fail "$from/SHA256SUMS names no archive for $os on $arch"
  fetch "$archive"
  wanted=$(sed -n "s/^\([0-9a-f]\{64\}\)  *$archive\$/\1/p" "$work/SHA256SUMS" | head -n 1)
  found=$(digest "$work/$archive") || exit 1
  found=${found%% *}
  [ "$wanted" = "$found" ] || fail "$archive has the digest $found and SHA256SUMS says $wanted: nothing was installed"
  gzip -dc "$work/$archive" | tar -C "$work" -xf - || fail "$archive can't be unpacked: nothing was installed"
  files=$work/${archive%.tar.gz}
fi

for folder in "$prefix/bin" "$bash_completions" "$zsh_completions" "$fish_completions" "$man"; do
  mkdir -p "$folder" && [ -w "$folder" ] || fail "can't write to $folder: --prefix names another folder to install into; nothing was installed"
done
stage() { cp "$2" "$3.new" && chmod "$1" "$3.new" || fail "can't write $3"; }                        # MODE FILE TARGET
place() { stage "$@" && mv -f "$3.new" "$3" || fail "can't write $3"; } # whole or not at all, also where the old one runs
program=$prefix/bin/kubectl-tune
stage 755 "$files/kubectl-tune" "$program"
if ! version=$("$program.new" version -o name); then
  rm -f "$program.new"
  fail "the program does not run here: nothing was installed. On Linux it needs glibc 2.31 or later (Debian 11, Ubuntu 20.04, RHEL 9) and zlib"
fi
mv -f "$program.new" "$program" || fail "can't write $program"
place 755 "$files/kubectl_complete-tune" "$prefix/bin/kubectl_complete-tune"
place 644 "$files/completions/kubectl-tune.bash" "$bash_completions/kubectl-tune"
place 644 "$files/completions/_kubectl-tune" "$zsh_completions/_kubectl-tune"
place 644 "$files/completions/kubectl-tune.fish" "$fish_completions/kubectl-tune.fish"
for page in "$files"/man/*.1; do place 644 "$page" "$man/${page##*/}"; done
for page in "$man/kubectl-tune.1" "$man"/kubectl-tune-*.1; do # of an older version's commands
  [ -f "$files/man/${page##*/}" ] || rm -f "$page"
done

echo "installed kubectl-tune $version in $prefix"
case :$PATH: in
  *:"$prefix/bin":*) ;;
  *) echo "$prefix/bin is not on the PATH, where kubectl looks for plugins" ;;
esac
