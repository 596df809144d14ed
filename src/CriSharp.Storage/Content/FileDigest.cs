using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Storage.Layers;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Storage.Content;

/// <summary>The digest of what lies on the disk.</summary>
internal static class FileDigest
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>Reads an open file to its end.</summary>
    /// <param name="like">By the algorithm of this one.</param>
    public static Digest Of(SafeFileHandle file, Digest like)
    {
        using var hash = BlobIntake.HashFor(like);
        var buffer = new byte[BufferBytes];
        for (int count; (count = FileDescriptor.Read(file, buffer)) > 0;)
        {
            hash.AppendData(buffer, 0, count);
        }

        return Digest.FromHash(hash.GetHashAndReset());
    }
}
