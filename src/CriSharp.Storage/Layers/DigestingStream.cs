using System.Security.Cryptography;
using CriSharp.Linux.Streams;
using CriSharp.Oci;

namespace CriSharp.Storage.Layers;

/// <summary>Counts and hashes what is written through it.</summary>
/// <param name="next">Gets it, too; null: nobody. Not owned.</param>
internal sealed class DigestingStream(Stream? next, IncrementalHash hash) : WriteOnlyStream
{
    /// <summary>Of all that was written; once.</summary>
    public Digest Finish() => Digest.FromHash(hash.GetHashAndReset());

    public override void Flush() => next?.Flush();

    protected override void Take(ReadOnlySpan<byte> buffer)
    {
        hash.AppendData(buffer);
        next?.Write(buffer);
    }
}
