using CriSharp.OciRuntime.Commands;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Checks;

/// <summary>One runtime: its version, and the holes that this version is known to have.</summary>
/// <param name="Version">The first line of --version; in words where it could not be asked.</param>
/// <param name="Failure">Null, or why it can't be run.</param>
internal sealed record RuntimeFindings(string Name, string Path, string Version, IReadOnlyList<RuntimeHole> Holes, string? Failure = null)
{
    public static async Task<RuntimeFindings> AskAsync(OciRuntimeCli runtime, CancellationToken cancellationToken)
    {
        try
        {
            var version = await runtime.VersionAsync(cancellationToken);
            return new RuntimeFindings(runtime.Handler.Name, runtime.Handler.Path, version, RuntimeHole.Of(version));
        }
        catch (RuntimeException failure)
        {
            return new RuntimeFindings(runtime.Handler.Name, runtime.Handler.Path, "", [], failure.Message);
        }
    }

    /// <summary>Distributions close holes without another version: only they can say.</summary>
    public string HoleWords => $"{Version} has known holes, unless your distribution has closed them in it: {string.Join("; ", Holes)}. Install a later one";
}
