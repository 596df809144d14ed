using CriSharp.Pods;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Checks;

/// <summary>The runtimes' versions as they were at start and at the last reload; those with known holes are named in the log.</summary>
internal sealed partial class RuntimeVersions(RuntimeHandlers handlers, ILogger<RuntimeVersions> logger)
{
    private volatile IReadOnlyList<RuntimeFindings> _all = [];

    /// <summary>Empty until they were asked.</summary>
    public IReadOnlyList<RuntimeFindings> All => _all;

    public async Task AskAsync(CancellationToken cancellationToken)
    {
        _all = await Task.WhenAll(handlers.All.Select(runtime => RuntimeFindings.AskAsync(runtime, cancellationToken)));
        foreach (var found in _all.Where(found => found.Holes.Count > 0))
        {
            HasHoles(logger, found.Name, found.HoleWords);
        }
    }

    [LoggerMessage(1040, LogLevel.Warning, "OCI runtime {Runtime}: {Words}")]
    private static partial void HasHoles(ILogger logger, string runtime, string words);
}
