namespace CriSharp.TestSupport.Daemons;

/// <summary>The executables that contrib/publish has made, as they are shipped.</summary>
public static class PublishedPrograms
{
    private const string Variable = "CRISHARP_PUBLISH";

    public static string Daemon => Find("crisharpd");

    public static string Ctl => Find("crisharpctl");

    public static string Monitor => Find("conmon-sharp");

    /// <summary>$CRISHARP_PUBLISH, else artifacts/publish of the repository that the tests were built in.</summary>
    public static string Folder => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
        ? Path.GetFullPath(named)
        : Path.Combine(RepositoryFolder(), "artifacts", "publish");

    private static string Find(string name)
    {
        var path = Path.Combine(Folder, name);
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is absent: run contrib/publish, or name its folder in ${Variable}");
    }

    private static string RepositoryFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CriSharp.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no CriSharp.sln above {AppContext.BaseDirectory}: name the published programs' folder in ${Variable}");
    }
}
