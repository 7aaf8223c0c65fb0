#compdef zhima
# Completion of zhima for zsh: a file _zhima in $fpath, or a part of ~/.zshrc behind compinit.
_zhima() {
    local line
    local -a found
    for line in "${(@f)$(_ZHIMA_COMPLETE="${(F)words[1,CURRENT-1]}" _ZHIMA_WORD="$PREFIX" ${~words[1]} 2>/dev/null)}"; do
        [[ -n $line ]] && found+=("${${line//:/\\:}/$'\t'/:}")
    done
    if (( $#found )); then
        _describe -V zhima found
    else
        compset -P '--*='
        _files
    fi
}
if [[ $funcstack[1] == _zhima ]]; then
    _zhima "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _zhima zhima
fi
