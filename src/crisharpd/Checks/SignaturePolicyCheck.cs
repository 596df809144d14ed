using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Signing;

namespace CriSharp.Daemon.Checks;

/// <summary>The signature policies can be read, with the keys that they name.</summary>
internal sealed class SignaturePolicyCheck : ICheck
{
    public Task<IReadOnlyList<CheckFinding>> RunAsync(DaemonOptions options, CancellationToken cancellationToken)
    {
        var troubles = PolicyFindings.Troubles(options);
        return Task.FromResult<IReadOnlyList<CheckFinding>>(troubles.Count > 0
            ? [.. troubles.Select(trouble => CheckFinding.Error("signature policy", $"{trouble}. Images are refused because of it"))]
            : [CheckFinding.Ok("signature policy", PolicyFindings.Summary(options))]);
    }
}
