# Completion of kubectl-tune for bash: `source` it, or put it into ~/.local/share/bash-completion/completions/ as kubectl-tune.
# The program itself knows what may stand where; `kubectl tune …` is completed by kubectl, which asks kubectl_complete-tune.
_kubectl_tune() {
  # bash breaks words at = and : as well, which are parts of ours: what stands side by side in the line is one word.
  local words=() i word rest spaces position=0
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]} rest=${COMP_LINE:position}
    spaces=${rest%%[![:space:]]*}
    if ((i > 0)) && [[ -z $spaces && -n $word ]]; then words[${#words[@]} - 1]+=$word; else words+=("$word"); fi
    position=$((position + ${#spaces} + ${#word}))
  done
  local last=${words[${#words[@]} - 1]} begun=${COMP_WORDS[COMP_CWORD]}
  if [[ $begun == [=:] ]]; then begun=''; fi
  local before=$((${#last} - ${#begun}))

  local line directive=4 candidates=()
  while IFS= read -r line; do
    if [[ $line == :* ]]; then directive=${line#:}; else candidates+=("${line%%$'\t'*}"); fi
  done < <("${words[0]}" __complete "${words[@]:1}" 2>/dev/null)
  COMPREPLY=()
  for line in "${candidates[@]}"; do COMPREPLY+=("${line:before}"); done
  case $directive in
    0) compopt -o default ;;
    6) compopt -o nospace ;;
    16) compopt -o dirnames ;;
  esac
}
complete -F _kubectl_tune kubectl-tune
