namespace CriSharp.Pods.Audit;

/// <summary>How long things have been there, by what their file systems say.</summary>
internal static class Ages
{
    /// <summary>Nothing that works needs so long between two steps: what has not moved since is nobody's.</summary>
    public static TimeSpan Settled { get; } = TimeSpan.FromMinutes(10);

    /// <summary>When the file or folder was last changed; null where there is none.</summary>
    public static DateTimeOffset? Of(string path)
    {
        FileSystemInfo facts = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        return facts.Exists ? facts.LastWriteTimeUtc : null;
    }

    public static bool IsOlder(string path, TimeSpan age, TimeProvider time) => Of(path) is { } since && time.GetUtcNow() - since >= age;
}
