namespace CriSharp.Linux.Files;

/// <summary>A record of ours: one JSON document with its checksum and its version, replaced whole and durable.</summary>
public static class RecordFile
{
    public static void Write(string path, ReadOnlySpan<byte> json) => DurableFile.Replace(path, DocumentChecksum.Add(json));

    /// <returns>null when there is none.</returns>
    /// <exception cref="IOException">Not a regular file (a link is none), or longer than the limit.</exception>
    /// <exception cref="FormatException">Its checksum does not fit.</exception>
    public static RecordContent? TryRead(string path, int limitBytes) =>
        HostPath.TryReadFile(path, limitBytes, OpenFlags.NoFollow) is { } json ? new RecordContent(json, DocumentChecksum.Verify(json)) : null;
}

/// <summary>What a record's file holds; who has parsed it asks for the version.</summary>
public readonly record struct RecordContent(byte[] Json, bool HasChecksum)
{
    /// <summary>Records of version 1 had no checksum; from this version on one that is absent was damaged.</summary>
    public const int FirstCheckedVersion = 2;

    /// <exception cref="FormatException">A version that this program doesn't read, or a checksum that should be there and isn't.</exception>
    public void RequireVersion(int version, int newest)
    {
        if (version > newest)
        {
            throw new FormatException($"it has version {version} and this release reads up to {newest}: a later release has written it");
        }

        if (version < 1)
        {
            throw new FormatException($"it has version {version}, which no release has written");
        }

        if (version >= FirstCheckedVersion && !HasChecksum)
        {
            throw new FormatException($"it is damaged: a record of version {version} begins with its checksum");
        }
    }
}
