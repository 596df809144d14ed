using System.Text;
using CriSharp.Oci;

namespace CriSharp.Images.Artifacts;

/// <summary>Names of one artifact's files as they are taken: whoever wrote the manifest chose them, so none may lead anywhere else.</summary>
internal sealed class ArtifactNames
{
    // NAME_MAX, and far below PATH_MAX.
    private const int PartLimitBytes = 255;
    private const int LimitBytes = 1024;

    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);

    /// <summary>The title, with folders where it has some; "sha256-HEX" without one.</summary>
    public static string Of(Descriptor blob) => blob.Title ?? $"{blob.Digest.Algorithm}-{blob.Digest.Hex}";

    /// <exception cref="FormatException">The name is no path within the artifact, or another file has it.</exception>
    public string Take(Descriptor blob)
    {
        var name = Of(blob);
        var parts = name.Split('/');
        if (Encoding.UTF8.GetByteCount(name) > LimitBytes || parts.Any(IsUnsafe))
        {
            throw new FormatException($"blob {blob.Digest} of the artifact has the title \"{Show(name)}\", which is no plain path of a file: parts that are not empty, \".\" or \"..\", at most {PartLimitBytes} bytes each");
        }

        for (var depth = 1; depth < parts.Length; depth++)
        {
            _folders.Add(string.Join('/', parts[..depth]));
        }

        return _files.Add(name) && !_files.Overlaps(_folders)
            ? name
            : throw new FormatException($"the artifact has several files of the title \"{Show(name)}\", or one that is a folder as well");
    }

    private static bool IsUnsafe(string part) =>
        part is "" or "." or ".." || Encoding.UTF8.GetByteCount(part) > PartLimitBytes || part.Any(char.IsControl)
        // Half a character has no bytes of its own: two such names would be one file.
        || part.EnumerateRunes().Contains(Rune.ReplacementChar);

    private static string Show(string name)
    {
        var shown = new string([.. name.Take(120).Select(character => char.IsControl(character) ? '?' : character)]);
        return name.Length > 120 ? shown + "..." : shown;
    }
}
