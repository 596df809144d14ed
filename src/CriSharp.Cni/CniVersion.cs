using System.Diagnostics.CodeAnalysis;

namespace CriSharp.Cni;

/// <summary>A version of the CNI protocol that we speak. https://www.cni.dev/docs/spec/#version-considerations</summary>
public sealed record CniVersion
{
    private static readonly string[] Spoken = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];

    private readonly int _rank;

    private CniVersion(int rank) => _rank = rank;

    /// <summary>CHECK, and the result handed to DEL.</summary>
    public bool HasCheck => _rank >= 2;

    /// <summary>STATUS and GC.</summary>
    public bool HasStatusAndGc => _rank >= 4;

    public static bool TryParse(string text, [NotNullWhen(true)] out CniVersion? version)
    {
        var rank = Array.IndexOf(Spoken, text);
        version = rank >= 0 ? new CniVersion(rank) : null;
        return version is not null;
    }

    public static string SpokenVersions => string.Join(", ", Spoken);

    /// <summary>The latest of them; null when there is none.</summary>
    internal static CniVersion? Latest(IEnumerable<CniVersion?> versions) => versions.OfType<CniVersion>().MaxBy(version => version._rank);

    public override string ToString() => Spoken[_rank];
}
