# Completion of zhima for fish 3.1 and later.
function __zhima_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l found (_ZHIMA_COMPLETE=(string join \n -- $words | string collect) _ZHIMA_WORD="$word" $words[1] 2>/dev/null)
    if set -q found[1]
        printf '%s\n' $found
    else
        set -l option (string match -r -- '^--[a-z-]+=' $word)
        __fish_complete_path (string replace -r -- '^--[a-z-]+=' '' $word) | string replace -r -- '^' "$option"
    end
end
complete --command zhima --no-files --keep-order --arguments '(__zhima_complete)'
