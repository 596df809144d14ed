using CriSharp.Cri.V1;
using CriSharp.Specs;
using CriSharp.Specs.Selinux;

namespace CriSharp.Pods.Sandboxes;

/// <summary>
/// Which SELinux level a new sandbox gets: the one that it asks for, or one that no sandbox has. Those of the sandboxes that there are stand
/// in their records, so that a restart changes nothing; those on their way are kept here.
/// </summary>
public sealed class SandboxLevels(PodSandboxStore sandboxes, HostFacts host)
{
    private readonly Lock _gate = new();
    private readonly HashSet<Held> _underWay = [];

    /// <returns>Disposed of when the sandbox is published, or is not to be; null where it has no labels.</returns>
    /// <exception cref="Primitives.RuntimeException">InvalidArgument: the options can't be part of a label.</exception>
    internal Held? Take(PodSandboxConfig config)
    {
        var options = config.Linux?.SecurityContext?.SelinuxOptions;
        SelinuxRules.Validate(options);
        if (!host.HasSelinux || !SelinuxRules.HasLevel(config))
        {
            return null;
        }

        lock (_gate)
        {
            var held = new Held(this, options is { Level.Length: > 0 } ? options.Level : SelinuxLevels.Choose(Used()));
            _underWay.Add(held);
            return held;
        }
    }

    private HashSet<string> Used() =>
        [.. sandboxes.All.Select(sandbox => sandbox.Record.SelinuxLevel).OfType<string>(), .. _underWay.Select(held => held.Level)];

    private void GiveBack(Held held)
    {
        lock (_gate)
        {
            _underWay.Remove(held);
        }
    }

    internal sealed class Held(SandboxLevels levels, string level) : IDisposable
    {
        public string Level => level;

        public void Dispose() => levels.GiveBack(this);
    }
}
