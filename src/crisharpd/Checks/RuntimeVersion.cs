using System.Globalization;
using System.Text.RegularExpressions;

namespace CriSharp.Daemon.Checks;

/// <summary>A version such as 1.4.0-rc.3, in the order of releases.</summary>
/// <param name="Candidate">Number of the release candidate; a release comes after all of its candidates.</param>
internal readonly partial record struct RuntimeVersion(int Major, int Minor, int Patch, int Candidate = int.MaxValue) : IComparable<RuntimeVersion>
{
    public (int Major, int Minor) Series => (Major, Minor);

    /// <param name="words">The first line of --version: "runc version 1.1.5+ds1", "crun version 1.20".</param>
    /// <returns>Null: another program, or no version.</returns>
    public static (string Program, RuntimeVersion Version)? Find(string words) =>
        Line().Match(words) is { Success: true } match ? (match.Groups["program"].Value, FromMatch(match)) : null;

    public static RuntimeVersion Parse(string text) => Find($"x version {text}")?.Version ?? throw new FormatException($"\"{text}\" is no version");

    public int CompareTo(RuntimeVersion other) => (Major, Minor, Patch, Candidate).CompareTo((other.Major, other.Minor, other.Patch, other.Candidate));

    public override string ToString() => $"{Major}.{Minor}.{Patch}{(Candidate == int.MaxValue ? "" : $"-rc.{Candidate}")}";

    private static RuntimeVersion FromMatch(Match match) => new(
        Number(match, "major"), Number(match, "minor"), match.Groups["patch"].Success ? Number(match, "patch") : 0, match.Groups["rc"].Success ? Number(match, "rc") : int.MaxValue);

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\A(?<program>[a-z]+) version v?(?<major>[0-9]{1,6})\.(?<minor>[0-9]{1,6})(\.(?<patch>[0-9]{1,6}))?([-~]rc\.?(?<rc>[0-9]{1,6}))?")]
    private static partial Regex Line();
}
