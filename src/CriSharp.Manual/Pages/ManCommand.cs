using System.CommandLine;
using System.Globalization;

namespace CriSharp.Manual.Pages;

/// <summary>"man FOLDER": writes a program's pages, for those who make packages.</summary>
public static class ManCommand
{
    /// <summary>The same source gives the same page: no clock is asked. https://reproducible-builds.org/specs/source-date-epoch/</summary>
    private const string SourceDate = "SOURCE_DATE_EPOCH";

    /// <param name="pages">By their files' names, such as "crisharpctl.1"; made with a date.</param>
    public static Command Create(Func<string, IReadOnlyDictionary<string, RoffPage>> pages)
    {
        var folder = new Argument<string>("FOLDER") { Description = "Where the pages go", DefaultValueFactory = _ => "." };
        var command = new Command("man", "Write the man pages") { Hidden = true };
        command.Arguments.Add(folder);
        command.SetAction((parsed, cancellationToken) => WriteAsync(parsed.GetValue(folder)!, pages(Date()), cancellationToken));
        return command;
    }

    private static string Date() => long.TryParse(Environment.GetEnvironmentVariable(SourceDate), CultureInfo.InvariantCulture, out var seconds)
        ? DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : "";

    private static async Task WriteAsync(string folder, IReadOnlyDictionary<string, RoffPage> pages, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, page) in pages)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, name), page.ToString(), cancellationToken);
        }
    }
}
