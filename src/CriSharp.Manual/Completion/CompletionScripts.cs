namespace CriSharp.Manual.Completion;

/// <summary>Each asks the program, so that it knows what this version knows, and leaves files to the shell.</summary>
internal static class CompletionScripts
{
    // Bash breaks words at colons and equals signs: they are put together again, and what stands before the last break is not inserted twice.
    public const string Bash = """
        # bash completion for PROGRAM
        _PROGRAM() {
          local line=${COMP_LINE:0:COMP_POINT} words=() word current answer reply i
          for ((i = 0; i <= COMP_CWORD; i++)); do
            word=${COMP_WORDS[i]}
            if [[ $i -gt 0 && $line != [[:space:]]* ]]; then words[-1]+=$word; else words+=("$word"); fi
            line=${line#"${line%%[![:space:]]*}"}
            line=${line#"$word"}
          done
          current=${words[-1]} COMPREPLY=()
          if ! answer=$("$1" COMPLETE -- "${words[@]:1}" 2> /dev/null); then
            compopt -o default
            return
          fi
          [ -n "$answer" ] || return
          while IFS=$'\t' read -r word _; do
            if [[ $current == *[:=]* && ${COMP_WORDS[COMP_CWORD]} != "$current" ]]; then word=${word#"${current%"${current##*[:=]}"}"}; fi
            COMPREPLY+=("$word")
          done <<< "$answer"
        }
        complete -F _PROGRAM PROGRAM

        """;

    public const string Zsh = """
        #compdef PROGRAM
        _PROGRAM() {
          local answer line
          local -a values about
          if ! answer=$("${words[1]}" COMPLETE -- "${(@Q)words[2,CURRENT]}" 2> /dev/null); then
            _files
            return
          fi
          [[ -n $answer ]] || return 1
          for line in "${(@f)answer}"; do
            values+=("${line%%$'\t'*}")
            about+=("${line/$'\t'/  -- }")
          done
          compadd -l -d about -a values
        }
        if [[ ${funcstack[1]} == _PROGRAM ]]; then _PROGRAM "$@"; else compdef _PROGRAM PROGRAM; fi

        """;

    public const string Fish = """
        # fish completion for PROGRAM
        function __PROGRAM_complete
            set -l words (commandline -opc)
            set -l current (commandline -ct)
            set -l answer (command $words[1] COMPLETE -- $words[2..-1] "$current" 2> /dev/null)
            if test $status -ne 0
                __fish_complete_path "$current"
                return
            end
            printf '%s\n' $answer
        end
        complete -c PROGRAM -f -a '(__PROGRAM_complete)'

        """;
}
