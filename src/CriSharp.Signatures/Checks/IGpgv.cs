using CriSharp.Primitives;

namespace CriSharp.Signatures.Checks;

/// <summary>Runs GnuPG's gpgv(1), which does nothing but verify. This room starts no process.</summary>
public interface IGpgv
{
    /// <param name="message">A signed OpenPGP message.</param>
    /// <param name="keyrings">Binary; no other key counts.</param>
    /// <exception cref="RuntimeException">FailedPrecondition: it is not installed; DeadlineExceeded; Internal: it could not run.</exception>
    Task<GpgvOutcome> RunAsync(ReadOnlyMemory<byte> message, IReadOnlyList<ReadOnlyMemory<byte>> keyrings, CancellationToken cancellationToken);
}

/// <param name="Status">The lines of --status-fd.</param>
/// <param name="Content">The signed content (--output); to be believed only when the status says so.</param>
public sealed record GpgvOutcome(int ExitCode, string Status, ReadOnlyMemory<byte> Content);
