using System.Security.Cryptography;
using System.Text;
using CriSharp.Linux.Files;

namespace CriSharp.Storage.Tests.Exact;

/// <summary>Everything that can be seen of a tree: a line for each entry, in the order of their names.</summary>
internal sealed class TreeLook : IDisposable
{
    private const int ContentLimitBytes = 64 << 20;
    private readonly DirectoryTree _tree;
    private readonly Func<string, bool> _showsAttribute;
    private readonly bool _showsNanoseconds;
    private readonly SortedDictionary<string, (string Facts, FileStatus Status)> _entries = new(StringComparer.Ordinal);

    private TreeLook(string folder, bool showsNanoseconds, Func<string, bool> showsAttribute)
    {
        (_tree, _showsNanoseconds, _showsAttribute) = (DirectoryTree.Open(folder, PathResolution.Strict), showsNanoseconds, showsAttribute);
    }

    public static IReadOnlyList<string> Of(string folder, bool showsNanoseconds = true, Func<string, bool>? showsAttribute = null)
    {
        using var look = new TreeLook(folder, showsNanoseconds, showsAttribute ?? (_ => true));
        look.Take([], FileDescriptor.Stat(look._tree.Root));
        // Hard links: all names of one inode carry the first of them.
        var firstNames = new Dictionary<ulong, string>();
        return
        [
            .. look._entries.Select(entry =>
            {
                var first = entry.Value.Status.Kind == FileKind.Directory || firstNames.TryAdd(entry.Value.Status.Inode, entry.Key) ? "" : $" same as {Show(firstNames[entry.Value.Status.Inode])}";
                return $"{Show(entry.Key)} {entry.Value.Facts}{first}";
            }),
        ];
    }

    public static void AssertSame(IReadOnlyList<string> wanted, IReadOnlyList<string> found)
    {
        var differences = wanted.Except(found).Select(line => $"\n{line} <- wanted").Concat(found.Except(wanted).Select(line => $"\n{line} <- found"));
        Assert.True(wanted.SequenceEqual(found), string.Concat(differences.Order(StringComparer.Ordinal).Take(20)));
    }

    public void Dispose() => _tree.Dispose();

    private static string Show(string latin1) => string.Concat(latin1.Select(letter => letter is > ' ' and < '\x7f' and not '\\' ? $"{letter}" : $"\\x{(int)letter:x2}"));

    private void Take(byte[] path, FileStatus status)
    {
        _entries.Add(Encoding.Latin1.GetString(path), (Facts(path, status), status));
        if (status.Kind != FileKind.Directory)
        {
            return;
        }

        foreach (var child in _tree.List(path.Length == 0 ? "."u8.ToArray() : path))
        {
            byte[] below = path.Length == 0 ? child.Name : [.. path, (byte)'/', .. child.Name];
            Take(below, _tree.TryStat(below) ?? throw new InvalidOperationException($"{Show(Encoding.Latin1.GetString(below))} is listed and not there"));
        }
    }

    private string Facts(byte[] path, FileStatus status)
    {
        var facts = new StringBuilder($"{status.Kind} {Convert.ToString(status.Mode, 8)} {status.UserId}:{status.GroupId} {status.ModifiedAt.Seconds}");
        if (_showsNanoseconds)
        {
            facts.Append('.').Append(status.ModifiedAt.Nanoseconds);
        }

        _ = status.Kind switch
        {
            FileKind.Regular => facts.Append($" links {status.LinkCount} size {status.SizeBytes} sha256 {Content(path)}"),
            FileKind.SymbolicLink => facts.Append($" links {status.LinkCount} to {Show(Encoding.Latin1.GetString(_tree.ReadLink(path)))}"),
            FileKind.Directory => facts,
            _ => facts.Append($" links {status.LinkCount} node {status.Node}"),
        };
        using var folder = path.Length == 0 ? _tree.OpenDirectory(UnixPath.Here) : null;
        var names = folder is null ? _tree.ListAttributes(path) : ExtendedAttributes.List(folder, UnixPath.Here);
        foreach (var name in names.OrderBy(Encoding.Latin1.GetString, StringComparer.Ordinal))
        {
            if (!_showsAttribute(Encoding.Latin1.GetString(name)))
            {
                continue;
            }

            var value = folder is null ? _tree.TryGetAttribute(path, name) : ExtendedAttributes.TryGet(folder, UnixPath.Here, name);
            facts.Append($" {Show(Encoding.Latin1.GetString(name))}={(value is null ? "?" : Convert.ToHexString(value))}");
        }

        return facts.ToString();
    }

    private string Content(byte[] path) => Convert.ToHexString(SHA256.HashData(_tree.ReadFile(path, ContentLimitBytes)));
}
