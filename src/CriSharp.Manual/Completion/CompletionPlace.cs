using System.CommandLine;

namespace CriSharp.Manual.Completion;

/// <summary>Where in a command line a word stands that is being typed.</summary>
/// <param name="Command">The verb it belongs to.</param>
/// <param name="IsVerb">A verb may stand here.</param>
/// <param name="Symbol">Whose value it is; null: nobody's, or an option is being typed.</param>
/// <param name="Typed">The values of the options before it, by their names.</param>
public sealed record CompletionPlace(Command Command, bool IsVerb, Symbol? Symbol, IReadOnlyDictionary<string, string> Typed)
{
    /// <summary>What the manual calls the value: "POD".</summary>
    public string ValueName => Symbol switch
    {
        Option option => option.HelpName ?? "",
        Argument argument => argument.Name,
        _ => "",
    };

    /// <summary>An option may stand here.</summary>
    public bool IsOption { get; private init; }

    /// <summary>Options of the verb, and those that verbs above it share with it.</summary>
    public IReadOnlyList<Option> Options { get; private init; } = [];

    /// <param name="before">The whole words before it, without the program's name.</param>
    public static CompletionPlace Find(RootCommand root, IReadOnlyList<string> before, string current)
    {
        Command command = root;
        List<Option> options = [.. root.Options], recursive = [.. root.Options.Where(option => option.Recursive)];
        var typed = new Dictionary<string, string>(StringComparer.Ordinal);
        Option? pending = null;
        var arguments = 0;
        var onlyArguments = false;
        foreach (var word in before)
        {
            if (pending is not null)
            {
                typed[pending.Name] = word;
                pending = null;
            }
            else if (!onlyArguments && word is ['-', _, ..])
            {
                onlyArguments = word == "--";
                var (name, value) = SplitValue(word);
                var option = options.FirstOrDefault(one => OptionNames.Of(one).Contains(name));
                pending = option is not null && value is null && OptionNames.TakesValue(option) ? option : null;
                if (option is not null && value is not null)
                {
                    typed[option.Name] = value;
                }
            }
            else if (arguments == 0 && !onlyArguments && Verb(command, word) is { } verb)
            {
                command = verb;
                recursive = [.. recursive, .. verb.Options.Where(option => option.Recursive)];
                options = [.. recursive.Union(verb.Options)];
            }
            else
            {
                arguments++;
            }
        }

        var argument = pending is null ? ArgumentAt(command, arguments) : null;
        // What follows the command that a container shall run belongs to that command.
        var isOurs = arguments == 0 || argument is null || command.Arguments.Count == 1;
        return new CompletionPlace(command, arguments == 0 && pending is null && !onlyArguments, (Symbol?)pending ?? argument, typed)
        {
            IsOption = pending is null && !onlyArguments && isOurs && current.StartsWith('-'),
            Options = options,
        };
    }

    private static (string Name, string? Value) SplitValue(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (word, null) : (word[..equals], word[(equals + 1)..]);
    }

    private static Command? Verb(Command command, string word) =>
        command.Subcommands.FirstOrDefault(one => one.Name == word || one.Aliases.Contains(word));

    private static Argument? ArgumentAt(Command command, int index)
    {
        if (index < command.Arguments.Count)
        {
            return command.Arguments[index];
        }

        return command.Arguments.LastOrDefault() is { Arity.MaximumNumberOfValues: > 1 } last ? last : null;
    }
}
