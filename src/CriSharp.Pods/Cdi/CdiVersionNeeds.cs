namespace CriSharp.Pods.Cdi;

/// <summary>
/// A file says which version of the specification it follows; what came later may not be in it, and a version that is not known here may mean
/// something that would be left out.
/// </summary>
internal sealed class CdiVersionNeeds
{
    private static readonly string[] Known = ["0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0", "0.6.0", "0.7.0", "0.8.0", "1.0.0", "1.1.0"];

    private string _least = "0.1.0";
    private string _reason = "";

    /// <param name="version">The first that has it.</param>
    public void Since(string version, string what)
    {
        if (string.CompareOrdinal(version, _least) > 0)
        {
            (_least, _reason) = (version, what);
        }
    }

    public void Kind(string kind)
    {
        if (kind[(kind.IndexOf('/', StringComparison.Ordinal) + 1)..].Contains('.'))
        {
            Since("0.6.0", "a dot in the class");
        }
    }

    public void Device(string name)
    {
        if (char.IsAsciiDigit(name[0]))
        {
            Since("0.5.0", "a device name that starts with a digit");
        }
    }

    /// <summary>They tell people something; nothing is done with them.</summary>
    /// <exception cref="FormatException">No mapping of text to text.</exception>
    public void Annotations(CdiNode? annotations)
    {
        if (annotations is null)
        {
            return;
        }

        foreach (var value in annotations.Map.Values)
        {
            _ = value.Text;
            Since("0.6.0", "annotations");
        }
    }

    /// <exception cref="FormatException">Unknown, or too early for what the file says.</exception>
    public void Check(string version)
    {
        var plain = version.StartsWith('v') ? version[1..] : version;
        if (!Known.Contains(plain))
        {
            throw new FormatException($"cdiVersion \"{version}\" is not known: {Known[0]} to {Known[^1]} are");
        }

        if (string.CompareOrdinal(plain, _least) < 0)
        {
            throw new FormatException($"cdiVersion \"{version}\" is too early for {_reason}, which needs {_least}");
        }
    }
}
