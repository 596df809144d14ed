using System.CommandLine;
using System.CommandLine.Completions;

namespace CriSharp.Manual.Completion;

/// <summary>
/// What the shells' scripts call with the words of a command line, the last of which is being typed: prints what it may become, a line each, with a
/// tabulator and words about it. Ends with 1 where only the shell knows, such as files.
/// </summary>
public static class CompleteCommand
{
    public const string Name = "__complete";
    private const int AskTheShell = 1;

    /// <param name="names">What a value may be, by its place; null: files, or what nobody knows.</param>
    public static Command Create(RootCommand root, Func<CompletionPlace, CancellationToken, Task<IEnumerable<string>?>> names)
    {
        var words = new Argument<string[]>("WORD") { Arity = ArgumentArity.ZeroOrMore };
        var command = new Command(Name) { Hidden = true };
        command.Arguments.Add(words);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var typed = parsed.GetValue(words) ?? [];
            var current = typed.LastOrDefault() ?? "";
            var place = CompletionPlace.Find(root, typed.SkipLast(1).ToList(), current);
            var lines = await LinesAsync(place, names, cancellationToken);
            foreach (var line in lines?.Where(line => line.StartsWith(current, StringComparison.Ordinal)).Distinct() ?? [])
            {
                await parsed.InvocationConfiguration.Output.WriteLineAsync(line);
            }

            return lines is null ? AskTheShell : 0;
        });
        return command;
    }

    private static async Task<IEnumerable<string>?> LinesAsync(
        CompletionPlace place, Func<CompletionPlace, CancellationToken, Task<IEnumerable<string>?>> names, CancellationToken cancellationToken)
    {
        if (place.IsOption)
        {
            return place.Options.Where(option => !option.Hidden).SelectMany(option => OptionNames.Of(option).Select(name => Line(name, option.Description)));
        }

        var verbs = place.Command.Subcommands.Where(verb => !verb.Hidden).Select(verb => Line(verb.Name, verb.Description)).ToList();
        if (place.IsVerb && verbs.Count > 0)
        {
            return verbs;
        }

        if (place.Symbol is null)
        {
            return [];
        }

        var fixedValues = place.Symbol.GetCompletions(CompletionContext.Empty).Select(value => value.Label).ToList();
        return fixedValues.Count > 0 ? fixedValues : (await names(place, cancellationToken))?.Where(IsPlain);
    }

    private static string Line(string word, string? about) => about is null ? word : $"{word}\t{about.ReplaceLineEndings(" ")}";

    /// <summary>A shell takes it as it is: no quotes, blanks or control characters.</summary>
    private static bool IsPlain(string name) => name.Length > 0 && name.All(one => char.IsAsciiLetterOrDigit(one) || "._-:/@+".Contains(one, StringComparison.Ordinal)) && name[0] != '-';
}
