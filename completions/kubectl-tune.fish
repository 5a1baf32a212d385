# Completion of kubectl-tune for fish: in ~/.config/fish/completions. The program itself knows what may stand where.
function __kubectl_tune_complete
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -l begun (commandline -ct)
    set -l lines ($program __complete $words "$begun" 2>/dev/null)
    switch "$lines[-1]"
        case ':0'
            __fish_complete_path "$begun"
        case ':16'
            __fish_complete_directories "$begun" ''
        case '*'
            set -e lines[-1]
            test (count $lines) -gt 0; and printf '%s\n' $lines
    end
end
complete -c kubectl-tune -f -a '(__kubectl_tune_complete)'
