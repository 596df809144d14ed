using System.CommandLine;

namespace CriSharp.Ctl.CommandLine;

/// <summary>
/// In "run IMAGE ls -l" the -l belongs to ls. What follows the first word that is no option of ours is put behind "--",
/// where the parser takes everything as it is.
/// </summary>
internal static class Passthrough
{
    private const string EndOfOptions = "--";

    /// <param name="verbs">The commands whose first argument is followed by somebody else's command line.</param>
    public static string[] Protect(string[] words, RootCommand root, IReadOnlyCollection<Command> verbs)
    {
        var at = SkipOptions(words, 0, root);
        if (at >= words.Length || verbs.FirstOrDefault(verb => verb.Name == words[at]) is not { } verb)
        {
            return words;
        }

        at = SkipOptions(words, at + 1, verb, root);
        if (at >= words.Length || words[at] == EndOfOptions)
        {
            return words;
        }

        var rest = words[(at + 1)..];
        return [.. words[..at], EndOfOptions, words[at], .. rest is [EndOfOptions, .. var command] ? command : rest];
    }

    private static int SkipOptions(string[] words, int at, params Command[] owners)
    {
        while (at < words.Length && words[at] is ['-', _, ..] && words[at] != EndOfOptions)
        {
            at += TakesNextWord(words[at], owners) ? 2 : 1;
        }

        return at;
    }

    private static bool TakesNextWord(string word, Command[] owners)
    {
        if (word.Contains('='))
        {
            return false;
        }

        var option = owners.SelectMany(owner => owner.Options).FirstOrDefault(one => one.Name == word || one.Aliases.Contains(word));
        return option is not null && option.Arity.MinimumNumberOfValues > 0;
    }
}
