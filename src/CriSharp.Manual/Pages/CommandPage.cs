using System.CommandLine;

namespace CriSharp.Manual.Pages;

/// <summary>The page of a program with all its verbs, from what --help prints.</summary>
public static class CommandPage
{
    private const string Examples = "Examples:";
    private const string ExitCodes = "Exit codes:";

    /// <summary>So many options that two verbs share are described once.</summary>
    private const int ManyOptions = 10;

    /// <param name="page">A new one.</param>
    /// <param name="summary">A few words, for apropos(1).</param>
    /// <param name="seeAlso">"crisharp.conf(5)".</param>
    public static RoffPage Of(RootCommand root, RoffPage page, string name, string summary, IReadOnlyList<string> seeAlso)
    {
        page.Name(name, summary);
        page.Section("SYNOPSIS");
        page.Line($"{RoffPage.Bold(name)} {RoffPage.Italic("VERB")} [{RoffPage.Italic("OPTION")}...] [{RoffPage.Italic("ARGUMENT")}...]");
        var chapters = (root.Description ?? "").ReplaceLineEndings("\n").Split("\n\n");
        page.Section("DESCRIPTION");
        page.Text(string.Join("\n\n", chapters.Where(chapter => !chapter.StartsWith(Examples, StringComparison.Ordinal) && !chapter.StartsWith(ExitCodes, StringComparison.Ordinal))));
        page.Section("OPTIONS OF ALL VERBS");
        WriteOptions(page, root.Options);
        page.Section("VERBS");
        WriteVerbs(page, "", root, []);
        Chapter(page, "EXIT STATUS", ExitCodes, chapters);
        Chapter(page, "EXAMPLES", Examples, chapters);
        page.Section("SEE ALSO");
        page.Line(string.Join(",\n", seeAlso.Select(RoffPage.Escape)));
        return page;
    }

    private static void WriteVerbs(RoffPage page, string above, Command parent, List<Command> described)
    {
        foreach (var verb in parent.Subcommands.Where(verb => !verb.Hidden))
        {
            var name = above + verb.Name;
            page.Subsection(string.Join(' ', new[] { name }.Concat(Syntax(verb))));
            page.Text(verb.Description ?? "");
            if (verb.Aliases.Count > 0)
            {
                page.Text($"Also called {string.Join(", ", verb.Aliases)}.");
            }

            foreach (var argument in verb.Arguments.Where(argument => !argument.Hidden))
            {
                page.Term(RoffPage.Italic(argument.Name), argument.Description ?? "");
            }

            var (own, shared) = Split(verb, described);
            WriteOptions(page, own);
            if (shared is not null)
            {
                page.Text($"All options of {shared.Name} that are not told here are taken, too.");
            }

            described.Add(verb);
            WriteVerbs(page, name + " ", verb, described);
        }
    }

    /// <summary>Options that an earlier verb has, too, are left to it where they are many.</summary>
    private static (IEnumerable<Option> Own, Command? Shared) Split(Command verb, IEnumerable<Command> described)
    {
        foreach (var earlier in described)
        {
            var known = earlier.Options.Select(option => (option.Name, option.Description)).ToHashSet();
            if (verb.Options.Count(option => known.Contains((option.Name, option.Description))) >= ManyOptions)
            {
                return (verb.Options.Where(option => !known.Contains((option.Name, option.Description))), earlier);
            }
        }

        return (verb.Options, null);
    }

    private static IEnumerable<string> Syntax(Command verb)
    {
        if (verb.Subcommands.Any(one => !one.Hidden))
        {
            yield return "VERB";
        }

        foreach (var argument in verb.Arguments.Where(argument => !argument.Hidden))
        {
            var name = argument.Arity.MaximumNumberOfValues > 1 ? argument.Name + "..." : argument.Name;
            yield return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
        }
    }

    private static void WriteOptions(RoffPage page, IEnumerable<Option> options)
    {
        foreach (var option in options.Where(option => !option.Hidden))
        {
            var names = OptionNames.Of(option).OrderBy(name => name.Length).Select(RoffPage.Bold);
            var value = OptionNames.TakesValue(option) ? " " + RoffPage.Italic(option.HelpName ?? "VALUE") : "";
            page.Term(string.Join(", ", names) + value, option.Description ?? "");
        }
    }

    private static void Chapter(RoffPage page, string title, string heading, IEnumerable<string> chapters)
    {
        if (chapters.FirstOrDefault(one => one.StartsWith(heading, StringComparison.Ordinal)) is { } chapter)
        {
            page.Section(title);
            page.Text(chapter[heading.Length..].TrimStart(' '));
        }
    }
}
