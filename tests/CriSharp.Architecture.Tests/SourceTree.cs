namespace CriSharp.Architecture.Tests;

/// <summary>The files of the repository as they are written, without what a build leaves behind.</summary>
internal static class SourceTree
{
    private static readonly string[] BuildFolders = ["artifacts", "bin", "obj", "node_modules", ".git", "TestResults"];

    public static string Root { get; } = FindRoot();

    /// <summary>Paths from the root of the repository, with slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root).Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal)];

    /// <summary>C# that is shipped.</summary>
    public static IEnumerable<string> ShippedCode => Files.Where(IsCode).Where(path => path.StartsWith("src/", StringComparison.Ordinal) || path.StartsWith("conmon-sharp/", StringComparison.Ordinal));

    public static IEnumerable<string> Code => Files.Where(IsCode);

    public static IEnumerable<string> Projects => Files.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Lines with their numbers, without those that are only a comment.</summary>
    public static IEnumerable<(int Number, string Text)> CodeLines(string path) =>
        File.ReadLines(Path.Combine(Root, path))
            .Select((text, index) => (index + 1, text))
            .Where(line => !line.text.TrimStart().StartsWith("//", StringComparison.Ordinal));

    private static bool IsCode(string path) => path.EndsWith(".cs", StringComparison.Ordinal);

    private static IEnumerable<string> Walk(string folder)
    {
        // .git is a file where the checkout is a worktree.
        foreach (var file in Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file) != ".git"))
        {
            yield return file;
        }

        foreach (var child in Directory.EnumerateDirectories(folder).Where(child => !BuildFolders.Contains(Path.GetFileName(child))))
        {
            foreach (var file in Walk(child))
            {
                yield return file;
            }
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CriSharp.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No CriSharp.sln above {AppContext.BaseDirectory}.");
    }
}
