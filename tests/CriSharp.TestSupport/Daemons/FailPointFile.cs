namespace CriSharp.TestSupport.Daemons;

/// <summary>Where a daemon under test fails, hangs or is killed, and the stages that it has reached; see crisharpd's FailPoints.</summary>
public sealed class FailPointFile(string path)
{
    public string Path { get; } = path;

    /// <summary>Each stage entered since the file was made, in order.</summary>
    public IReadOnlyList<FailPoint> Reached => File.Exists(Path + ".reached")
        ? [.. File.ReadAllLines(Path + ".reached").Select(line => line.Split('|')).Select(parts => new FailPoint(parts[0], parts[1]))]
        : [];

    /// <param name="action">fail, hang or kill.</param>
    public void Plan(FailPoint point, string action)
    {
        var lines = File.Exists(Path) ? File.ReadAllText(Path) : "";
        Replace($"{lines}{point.Operation}|{point.Stage}|{action}\n");
    }

    /// <summary>Nothing fails any more, and what hangs goes on.</summary>
    public void Clear() => Replace("");

    // The daemon reads it at any time: never half of it.
    private void Replace(string text)
    {
        File.WriteAllText(Path + ".new", text);
        File.Move(Path + ".new", Path, overwrite: true);
    }
}

/// <summary>The beginning of one stage of one operation.</summary>
public sealed record FailPoint(string Operation, string Stage)
{
    public override string ToString() => $"{Operation} at \"{Stage}\"";
}
