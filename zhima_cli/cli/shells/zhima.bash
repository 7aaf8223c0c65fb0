# Completion of zhima for bash 3.2 and later.
_zhima() {
    local IFS=$'\n' line
    COMPREPLY=()
    while read -r line; do
        COMPREPLY+=("${line%%$'\t'*}")
    done < <(_ZHIMA_COMPLETE="${COMP_WORDS[*]:0:COMP_CWORD}" _ZHIMA_WORD="$2" "$1" 2>/dev/null)
}
complete -o default -F _zhima zhima
