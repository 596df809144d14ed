namespace Grpc.Core;

/// <summary>How a call is made.</summary>
/// <param name="Headers">Sent before the request.</param>
/// <param name="Deadline">UTC; sent to the server and kept on this side too.</param>
public readonly record struct CallOptions(Metadata? Headers = null, DateTime? Deadline = null, CancellationToken CancellationToken = default)
{
    public CallOptions WithHeaders(Metadata headers) => this with { Headers = headers };

    public CallOptions WithDeadline(DateTime deadline) => this with { Deadline = deadline };

    public CallOptions WithCancellationToken(CancellationToken cancellationToken) => this with { CancellationToken = cancellationToken };
}
