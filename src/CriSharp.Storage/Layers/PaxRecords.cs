using System.Text;
using CriSharp.Linux.Files;

namespace CriSharp.Storage.Layers;

/// <summary>
/// An extended header: lines of "LENGTH KEY=VALUE\n", where the value may hold any byte (also newline and NUL).
/// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
/// </summary>
internal sealed class PaxRecords
{
    private const int AttributeLimit = 1024;

    private static ReadOnlySpan<byte> AttributePrefix => "SCHILY.xattr."u8;

    public byte[]? Path { get; private set; }

    public byte[]? LinkPath { get; private set; }

    public long? SizeBytes { get; private set; }

    public long? UserId { get; private set; }

    public long? GroupId { get; private set; }

    public FileTime? ModifiedAt { get; private set; }

    public List<(byte[] Name, byte[] Value)> Attributes { get; } = [];

    public PaxSparse Sparse { get; } = new();

    /// <exception cref="InvalidDataException">Not lines of that form, or a value that can't be.</exception>
    public static PaxRecords Parse(ReadOnlySpan<byte> text)
    {
        var records = new PaxRecords();
        while (!text.IsEmpty)
        {
            var space = text.IndexOf((byte)' ');
            var length = space is > 0 and < 10 ? TarNumbers.Decimal(text[..space], "an extended header's length") : 0;
            if (length < space + 3 || length > text.Length || text[(int)length - 1] != '\n')
            {
                throw new InvalidDataException("an extended header's line has not the length that it says");
            }

            var line = text[(space + 1)..((int)length - 1)];
            var equals = line.IndexOf((byte)'=');
            if (equals <= 0)
            {
                throw new InvalidDataException("an extended header's line has no key");
            }

            records.Take(line[..equals], line[(equals + 1)..]);
            text = text[(int)length..];
        }

        return records;
    }

    private void Take(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.StartsWith(AttributePrefix))
        {
            TakeAttribute(key[AttributePrefix.Length..], value);
            return;
        }

        if (key.StartsWith("GNU.sparse."u8))
        {
            Sparse.Take(key["GNU.sparse.".Length..], value);
            return;
        }

        // Keys that we don't need (atime, uname, comment, ...) are none of our business. An empty value takes the header's.
        switch (key.Length <= 8 ? Encoding.ASCII.GetString(key) : "")
        {
            case "path":
                Path = value.IsEmpty ? null : value.ToArray();
                break;
            case "linkpath":
                LinkPath = value.IsEmpty ? null : value.ToArray();
                break;
            case "size":
                SizeBytes = value.IsEmpty ? null : TarNumbers.Decimal(value, "size");
                break;
            case "uid":
                UserId = value.IsEmpty ? null : TarNumbers.Decimal(value, "uid");
                break;
            case "gid":
                GroupId = value.IsEmpty ? null : TarNumbers.Decimal(value, "gid");
                break;
            case "mtime":
                ModifiedAt = value.IsEmpty ? null : TarNumbers.Time(value);
                break;
            default:
                break;
        }
    }

    private void TakeAttribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (Attributes.Count == AttributeLimit)
        {
            throw new InvalidDataException($"an entry has more than {AttributeLimit} extended attributes");
        }

        if (name.IsEmpty || name.Length > 255 || name.Contains((byte)0) || value.Length > ExtendedAttributes.ValueLimitBytes)
        {
            throw new InvalidDataException("an extended attribute has a name or a value that Linux does not allow");
        }

        Attributes.Add((name.ToArray(), value.ToArray()));
    }
}
