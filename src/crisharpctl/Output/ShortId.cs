namespace CriSharp.Ctl.Output;

/// <summary>Ids as people read them.</summary>
internal static class ShortId
{
    private const int Length = 13;
    private const string Sha256 = "sha256:";

    public static string Of(string id)
    {
        var hex = id.StartsWith(Sha256, StringComparison.Ordinal) ? id[Sha256.Length..] : id;
        return hex.Length > Length ? hex[..Length] : hex;
    }
}
