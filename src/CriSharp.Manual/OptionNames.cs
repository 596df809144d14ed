using System.CommandLine;

namespace CriSharp.Manual;

/// <summary>How an option is typed.</summary>
internal static class OptionNames
{
    /// <summary>Its name and aliases, but for those of other systems, such as "/h".</summary>
    public static IEnumerable<string> Of(Option option) => option.Aliases.Prepend(option.Name).Where(name => name.StartsWith('-') && name != "-?").Distinct();

    /// <summary>A word follows that belongs to it.</summary>
    public static bool TakesValue(Option option) => option.Arity.MinimumNumberOfValues > 0;
}
