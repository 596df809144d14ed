namespace CriSharp.Specs.Sections;

/// <summary>Paths in a container, as text: what they lead to there is decided by the OCI runtime, inside the root file system.</summary>
internal static class ContainerPath
{
    /// <summary>Absolute, without empty parts, "." and ".."; those above the root end at the root.</summary>
    public static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == "..")
            {
                parts.RemoveRange(Math.Max(parts.Count - 1, 0), Math.Min(parts.Count, 1));
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return '/' + string.Join('/', parts);
    }

    /// <summary>0 for the root.</summary>
    public static int DepthOf(string cleanPath) => cleanPath.Length == 1 ? 0 : cleanPath.Count(c => c == '/');
}
