using System.Collections.Concurrent;

namespace CriSharp.Signatures.Policies;

/// <summary>
/// The policies of this host: one for all, and others in its place for namespaces that have a file of their own. Read at each use, so a change
/// counts at once; parsed again only when the bytes are others.
/// </summary>
/// <param name="path">The policy for all.</param>
/// <param name="namespaceFolder">NAMESPACE.json lie there; it need not be.</param>
public sealed class PolicyFiles(string path, string namespaceFolder)
{
    /// <summary>The one file that need not be there: then everything is accepted. A file that was named has to be.</summary>
    public const string UsualPath = "/etc/containers/policy.json";

    public const string UsualNamespaceFolder = "/etc/crisharp/policies";

    private readonly ConcurrentDictionary<string, (byte[] Bytes, SignaturePolicy Policy)> _read = new(StringComparer.Ordinal);

    public string Path => path;

    /// <summary>The files of namespaces, for checks.</summary>
    public IReadOnlyList<string> OfNamespaces => Directory.Exists(namespaceFolder) ? [.. Directory.EnumerateFiles(namespaceFolder, "*.json").Order(StringComparer.Ordinal)] : [];

    /// <param name="podNamespace">"": of no pod.</param>
    /// <returns>The file that counts for pods of the namespace.</returns>
    public string PathFor(string podNamespace)
    {
        // Anything else than a DNS label is no namespace, and might lead out of the folder.
        if (podNamespace.Length == 0 || !podNamespace.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-'))
        {
            return path;
        }

        var own = System.IO.Path.Combine(namespaceFolder, $"{podNamespace}.json");
        return IsThere(own) ? own : path;
    }

    /// <param name="file">One of <see cref="PathFor"/>.</param>
    /// <exception cref="FormatException">It can't be read or understood: nothing may be accepted.</exception>
    public SignaturePolicy Read(string file)
    {
        if (SmallFile.TryRead(file, PolicyReader.LimitBytes) is not { } bytes)
        {
            return file == UsualPath && !IsThere(file) ? SignaturePolicy.Absent(file) : throw new FormatException($"{file}: it is not there");
        }

        if (_read.TryGetValue(file, out var known) && known.Bytes.AsSpan().SequenceEqual(bytes))
        {
            return known.Policy;
        }

        var policy = PolicyReader.Read(bytes, file);
        _read[file] = (bytes, policy);
        return policy;
    }

    /// <summary>A link that leads nowhere is a policy that is broken, not one that is absent.</summary>
    private static bool IsThere(string file) => File.Exists(file) || new FileInfo(file).LinkTarget is not null;
}
