using System.Collections.ObjectModel;

namespace CriSharp.Daemon.Configuration;

/// <summary>What [crio.runtime.runtimes.NAME] says; null and empty where it says nothing.</summary>
/// <param name="Source">"FILE: crio.runtime.runtimes.NAME".</param>
internal sealed record RuntimeTable(string Source)
{
    public string Path { get; init; } = "";

    public string Root { get; init; } = "";

    public HandlerRules Rules { get; init; } = new();
}

/// <summary>What a handler gives its containers, besides the runtime that runs them.</summary>
internal sealed record HandlerRules
{
    /// <summary>CRI annotations that may reach the OCI runtime: a name, or its beginning and "*".</summary>
    public IReadOnlyList<string> AllowedAnnotations { get; init; } = [];

    /// <summary>By name; an allowed annotation of the pod goes before it.</summary>
    public IReadOnlyDictionary<string, string> DefaultAnnotations { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    public bool PrivilegedWithoutHostDevices { get; init; }

    /// <summary>Null: the built-in one.</summary>
    public long? LeastMemoryBytes { get; init; }

    /// <summary>Null: the daemon's.</summary>
    public TimeSpan? CreateTimeout { get; init; }
}
